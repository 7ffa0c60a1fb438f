package edgeloop.cli.load.protocol;

import java.nio.charset.StandardCharsets;

/**
 * A part of a request: bytes that are always the same, or a place that is filled in. What it is
 * filled in with is a function of the request's number, from 1, and of its row, so that it can be
 * written once more.
 */
sealed interface Piece {
    /** No request has more of this part. */
    long mostBytes();

    int length(long number, int row);

    /** Writes the part from {@code at} on, and answers where it ends. */
    int write(byte[] to, int at, long number, int row);

    /** The same in each request. */
    final class Literal implements Piece {
        private final byte[] bytes;

        /**
         * @param bytes not copied
         */
        Literal(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }

        @Override
        public long mostBytes() {
            return bytes.length;
        }

        @Override
        public int length(long number, int row) {
            return bytes.length;
        }

        @Override
        public int write(byte[] to, int at, long number, int row) {
            System.arraycopy(bytes, 0, to, at, bytes.length);
            return at + bytes.length;
        }
    }

    /** The request's number. */
    record Sequence() implements Piece {
        @Override
        public long mostBytes() {
            return Decimal.digits(Long.MAX_VALUE);
        }

        @Override
        public int length(long number, int row) {
            return Decimal.digits(number);
        }

        @Override
        public int write(byte[] to, int at, long number, int row) {
            return Decimal.write(to, at, number);
        }
    }

    /** A value of the request's row. */
    record Value(Column column) implements Piece {
        @Override
        public long mostBytes() {
            return column.mostBytes();
        }

        @Override
        public int length(long number, int row) {
            return column.length(row);
        }

        @Override
        public int write(byte[] to, int at, long number, int row) {
            return column.write(to, at, row);
        }
    }

    /** So many characters by chance. */
    record Random(String alphabet, int count, long seed) implements Piece {
        @Override
        public long mostBytes() {
            return count;
        }

        @Override
        public int length(long number, int row) {
            return count;
        }

        @Override
        public int write(byte[] to, int at, long number, int row) {
            long state = Chance.begin(seed, number);
            for (int i = 0; i < count; i++) {
                state += Chance.STEP;
                long draw = Chance.mix(state) >>> 32;
                to[at + i] = (byte) alphabet.charAt((int) ((draw * alphabet.length()) >>> 32));
            }
            return at + count;
        }
    }

    /** A UUID of version 4: RFC 9562 section 5.4. */
    record Uuid(long seed) implements Piece {
        private static final int CHARACTERS = 36;
        private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

        @Override
        public long mostBytes() {
            return CHARACTERS;
        }

        @Override
        public int length(long number, int row) {
            return CHARACTERS;
        }

        @Override
        public int write(byte[] to, int at, long number, int row) {
            long state = Chance.begin(seed, number);
            long high = (Chance.mix(state + Chance.STEP) & ~0xf000L) | 0x4000;
            long low = (Chance.mix(state + 2 * Chance.STEP) & ~(3L << 62)) | (1L << 63);
            int end = hex(to, at, high >>> 32, 8);
            end = hex(to, dash(to, end), high >>> 16, 4);
            end = hex(to, dash(to, end), high, 4);
            end = hex(to, dash(to, end), low >>> 48, 4);
            return hex(to, dash(to, end), low, 12);
        }

        private static int dash(byte[] to, int at) {
            to[at] = '-';
            return at + 1;
        }

        private static int hex(byte[] to, int at, long bits, int digits) {
            for (int i = 0; i < digits; i++) {
                to[at + i] = HEX[(int) (bits >>> (4 * (digits - 1 - i))) & 0xf];
            }
            return at + digits;
        }
    }

    /** The length of another part, as Content-Length says it. */
    record LengthOf(Template body) implements Piece {
        @Override
        public long mostBytes() {
            return Decimal.digits(body.mostBytes());
        }

        @Override
        public int length(long number, int row) {
            return Decimal.digits(body.length(number, row));
        }

        @Override
        public int write(byte[] to, int at, long number, int row) {
            return Decimal.write(to, at, body.length(number, row));
        }
    }
}
