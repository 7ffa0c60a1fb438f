package edgeloop.http.syntax;

import edgeloop.IoBuffer;

/**
 * Parses a host and perhaps a port, byte by byte: {@code uri-host [ ":" port ]} of RFC 9110 section
 * 7.2, with the host of RFC 3986 section 3.2.2. There is no user information in it, and the host is
 * not empty, as no http URI's is (RFC 9110 section 4.2.1). A byte is taken only if some
 * continuation makes a host of what came up to it.
 */
public final class HostParser {
    private enum State {
        START,
        NAME,
        ESCAPE,
        ESCAPE_END,
        LITERAL,
        /** After a first colon, which alone is nothing. */
        COLON,
        /** In the 16 bits between two colons. */
        GROUP,
        /** After a colon behind a group. */
        GROUP_END,
        /** After the two colons that stand for groups of zeros. */
        ZEROS,
        /** In the IPv4 address at the end of an IPv6 address. */
        OCTET,
        OCTET_START,
        /** IPvFuture, which is of no known version: its version, and its address. */
        VERSION_START,
        VERSION,
        FUTURE_START,
        FUTURE,
        LITERAL_END,
        PORT
    }

    private static final int GROUPS = 8;
    private static final int GROUP_DIGITS = 4;
    private static final int OCTETS = 4;
    private static final int MAX_OCTET = 255;
    private static final int MAX_PORT = 65_535;

    private static final int PLAIN_PORT_BYTES = 5;

    private State state = State.START;

    /** The groups of the IPv6 address that have begun. */
    private int groups;

    private boolean zerosSeen;
    private int digits;
    private int octets;

    /** Of the octet, or of what may turn out to be one, or of the port; -1 for none. */
    private int decimal;

    void begin() {
        state = State.START;
    }

    /**
     * Whether it is a name without escapes and perhaps a port of up to four digits, as most are:
     * found out in a fraction of the time. Others may be hosts too.
     */
    static boolean isPlain(IoBuffer in, int start, int end) {
        int i = Bytes.skip(Bytes.HOST, in, start, end);
        if (i == start || i == end) {
            return i > start;
        }
        boolean plain = in.getByte(i) == ':' && end - i <= PLAIN_PORT_BYTES;
        while (plain && ++i < end) {
            plain = Bytes.isDigit(in.getByte(i));
        }
        return plain;
    }

    /** Whether what was taken is a host as it is. */
    boolean isComplete() {
        return state == State.NAME || state == State.LITERAL_END || state == State.PORT;
    }

    /**
     * Takes the next byte.
     *
     * @return false if no host goes on with it
     */
    boolean next(byte b) {
        return switch (state) {
            case START -> b == '[' ? go(State.LITERAL) : name(b);
            case NAME -> b == ':' ? port() : name(b);
            case ESCAPE -> Bytes.hexDigit(b) >= 0 && go(State.ESCAPE_END);
            case ESCAPE_END -> Bytes.hexDigit(b) >= 0 && go(State.NAME);
            case LITERAL -> literal(b);
            case COLON -> b == ':' && zeros();
            case GROUP -> group(b);
            case GROUP_END -> b == ':' ? !zerosSeen && zeros() : beginGroup(b);
            case ZEROS -> b == ']' ? go(State.LITERAL_END) : beginGroup(b);
            case OCTET_START -> beginOctet(b);
            case OCTET -> octet(b);
            case VERSION_START -> Bytes.hexDigit(b) >= 0 && go(State.VERSION);
            case VERSION -> b == '.' ? go(State.FUTURE_START) : Bytes.hexDigit(b) >= 0;
            case FUTURE_START -> isFuture(b) && go(State.FUTURE);
            case FUTURE -> b == ']' ? go(State.LITERAL_END) : isFuture(b);
            case LITERAL_END -> b == ':' && port();
            case PORT -> Bytes.isDigit(b) && decimalDigit(b, MAX_PORT);
        };
    }

    private boolean name(byte b) {
        return b == '%' ? go(State.ESCAPE) : Bytes.is(Bytes.HOST, b) && go(State.NAME);
    }

    private boolean literal(byte b) {
        groups = 0;
        zerosSeen = false;
        return switch (b) {
            case ':' -> go(State.COLON);
            case 'v', 'V' -> go(State.VERSION_START);
            default -> beginGroup(b);
        };
    }

    private boolean zeros() {
        zerosSeen = true;
        return go(State.ZEROS);
    }

    /** How many groups there may be: the zeros stand for one at least. */
    private int maxGroups() {
        return zerosSeen ? GROUPS - 1 : GROUPS;
    }

    private boolean beginGroup(byte b) {
        if (Bytes.hexDigit(b) < 0 || groups == maxGroups()) {
            return false;
        }
        groups++;
        digits = 1;
        decimal = Bytes.isDigit(b) ? b - '0' : -1;
        return go(State.GROUP);
    }

    private boolean group(byte b) {
        return switch (b) {
            case ']' -> (zerosSeen || groups == GROUPS) && go(State.LITERAL_END);
            case ':' -> groups < maxGroups() && go(State.GROUP_END);
            case '.' -> decimal >= 0 && endsWithAddress() && go(State.OCTET_START);
            default -> groupDigit(b);
        };
    }

    /** Whether an IPv4 address may stand here: it is two groups, and the last ones. */
    private boolean endsWithAddress() {
        octets = 1;
        return zerosSeen ? groups + 1 < GROUPS : groups + 1 == GROUPS;
    }

    private boolean groupDigit(byte b) {
        boolean octet = decimal > 0 && Bytes.isDigit(b) && decimalDigit(b, MAX_OCTET);
        decimal = octet ? decimal : -1;
        return Bytes.hexDigit(b) >= 0 && ++digits <= GROUP_DIGITS;
    }

    private boolean beginOctet(byte b) {
        if (!Bytes.isDigit(b)) {
            return false;
        }
        octets++;
        decimal = b - '0';
        return go(State.OCTET);
    }

    private boolean octet(byte b) {
        return switch (b) {
            case ']' -> octets == OCTETS && go(State.LITERAL_END);
            case '.' -> octets < OCTETS && go(State.OCTET_START);
            default -> Bytes.isDigit(b) && decimal > 0 && decimalDigit(b, MAX_OCTET);
        };
    }

    private boolean port() {
        decimal = 0;
        return go(State.PORT);
    }

    private boolean decimalDigit(byte b, int max) {
        decimal = 10 * decimal + (b - '0');
        return decimal <= max;
    }

    private static boolean isFuture(byte b) {
        return b == ':' || Bytes.is(Bytes.HOST, b);
    }

    private boolean go(State next) {
        state = next;
        return true;
    }
}
