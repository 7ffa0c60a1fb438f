package edgeloop.cli.load.protocol;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/**
 * Passes a table with commas on, RFC 4180, and notes a quoted field that its end does not close.
 */
final class OpenQuote extends FilterReader {
    private enum State {
        FIELD_BEGINS,
        PLAIN,
        QUOTED,
        /** Behind a quote within quotes: the field's end, or the first of two. */
        QUOTE
    }

    private State state = State.FIELD_BEGINS;
    private long line = 1;
    private long quotedSince;
    private boolean hasEnded;

    OpenQuote(Reader text) {
        super(text);
    }

    /** The line that the field begins in, from 1; 0 if there is none. */
    long line() {
        return hasEnded && state == State.QUOTED ? quotedSince : 0;
    }

    @Override
    public int read() throws IOException {
        char[] one = new char[1];
        return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] to, int offset, int length) throws IOException {
        int count = in.read(to, offset, length);
        hasEnded |= count < 0;
        for (int i = offset; i < offset + count; i++) {
            pass(to[i]);
        }
        return count;
    }

    private void pass(char c) {
        boolean quote = c == '"';
        state =
                switch (state) {
                    case QUOTED -> quote ? State.QUOTE : State.QUOTED;
                    case QUOTE -> quote ? State.QUOTED : unquoted(c);
                    case FIELD_BEGINS -> quote ? State.QUOTED : unquoted(c);
                    case PLAIN -> unquoted(c);
                };
        if (quote && state == State.QUOTED && quotedSince == 0) {
            quotedSince = line;
        } else if (state != State.QUOTED && state != State.QUOTE) {
            quotedSince = 0;
        }
        line += c == '\n' ? 1 : 0;
    }

    private static State unquoted(char c) {
        return c == ',' || c == '\n' || c == '\r' ? State.FIELD_BEGINS : State.PLAIN;
    }
}
