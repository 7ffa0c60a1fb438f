package edgeloop.cli.load.protocol;

/** Numbers from 0 in decimal digits, written without an object. */
final class Decimal {
    private Decimal() {}

    static int digits(long number) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** Writes the digits from {@code at} on, and answers where they end. */
    static int write(byte[] to, int at, long number) {
        int end = at + digits(number);
        long rest = number;
        for (int i = end - 1; i >= at; i--) {
            to[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return end;
    }
}
