package edgeloop.cli.load.protocol;

import edgeloop.Connection;
import edgeloop.IoBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers that match a regular expression, as far as the match goes; every byte counts as the
 * character of that number (ISO 8859-1). An answer may have 64 KiB less one byte.
 */
final class PatternAnswer extends AnswerReader {
    private final View view = new View();
    private final Matcher matcher;

    PatternAnswer(Pattern pattern) {
        this.matcher = pattern.matcher("");
    }

    @Override
    @SuppressWarnings("JdkObsolete") // hitEnd is for input that comes in parts, as this does
    public Verdict read(IoBuffer in, AnswerState answer) {
        view.in = in;
        view.length = in.remaining();
        matcher.reset(view);
        if (matcher.lookingAt() && matcher.end() > 0) {
            in.skip(matcher.end());
            return Verdict.RIGHT;
        }
        return matcher.hitEnd() && view.length < Connection.MAX_UNREAD_BYTES
                ? Verdict.MORE
                : Verdict.BROKEN;
    }

    /** The unread bytes as characters. */
    private static final class View implements CharSequence {
        private @Nullable IoBuffer in;
        private int length;

        @Override
        public int length() {
            return length;
        }

        @Override
        public char charAt(int index) {
            if (in == null) {
                throw new IndexOutOfBoundsException(index);
            }
            return (char) Byte.toUnsignedInt(in.getByte(index));
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return toString().substring(start, end);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(length);
            for (int i = 0; i < length; i++) {
                text.append(charAt(i));
            }
            return text.toString();
        }
    }
}
