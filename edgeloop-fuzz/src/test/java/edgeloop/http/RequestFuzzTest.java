package edgeloop.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import edgeloop.IoBuffer;
import edgeloop.http.syntax.BodyDecoder;
import edgeloop.http.syntax.HeadParser;
import edgeloop.http.syntax.Parsing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Jazzer makes up what a client sends, and where TCP cuts it. Nothing is thrown, nothing is read
 * twice or not at all, and the cuts change nothing.
 *
 * <p>The limits are low, so that inputs of a few bytes reach them.
 */
class RequestFuzzTest {
    private static final HttpOptions OPTIONS =
            HttpOptions.defaults().withMaxHead(64, 160, 6).withMaxBodyBytes(64);

    @FuzzTest(maxDuration = "60s")
    void cutsChangeNothing(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] sent = Arrays.copyOfRange(input, 2, input.length);
        int first = Math.min(input[0] & 0xff, sent.length);
        int second = Math.min(first + (input[1] & 0xff), sent.length);
        Dialogue whole = new Dialogue();
        whole.receive(sent);
        Dialogue cut = new Dialogue();
        cut.receive(Arrays.copyOf(sent, first));
        cut.receive(Arrays.copyOfRange(sent, first, second));
        cut.receive(Arrays.copyOfRange(sent, second, sent.length));
        if (!cut.told.toString().equals(whole.told.toString())) {
            throw new AssertionError("whole: " + whole.told + "\ncut: " + cut.told);
        }
    }

    /** A connection's input, without the connection. */
    private static final class Dialogue {
        private final HeadParser head = HttpLoop.parser(OPTIONS);
        private final BodyDecoder body = HttpLoop.decoder(OPTIONS);
        private final StringBuilder told = new StringBuilder();
        private byte[] unread = {};
        private boolean inBody;
        private boolean refused;

        void receive(byte[] piece) {
            byte[] bytes = Arrays.copyOf(unread, unread.length + piece.length);
            System.arraycopy(piece, 0, bytes, unread.length, piece.length);
            IoBuffer in = IoBuffer.copyOf(bytes);
            boolean going = true;
            while (going && !refused) {
                going = inBody ? readBody(in) : readHead(in);
            }
            unread = in.readBytes(in.remaining());
        }

        private boolean readHead(IoBuffer in) {
            int result = head.parse(in);
            if (result >= 400) {
                refuse(result, head.problem());
            }
            if (result != Parsing.DONE) {
                return false;
            }
            Request request = new Request();
            request.attach(head, in, null);
            told.append(request.method()).append(request.target()).append(request.path());
            told.append(request.query()).append(request.host()).append(head.contentLength());
            for (int i = 0; i < request.headerCount(); i++) {
                told.append(request.headerName(i)).append(request.headerValue(i));
            }
            body.begin(head);
            in.skip(head.length());
            head.reset();
            inBody = true;
            return true;
        }

        private boolean readBody(IoBuffer in) {
            int length = body.next(in);
            if (length > 0) {
                told.append(in.readString(length, StandardCharsets.ISO_8859_1));
                body.read(length);
            } else if (length == BodyDecoder.COMPLETE) {
                told.append(body.trailers()).append('\n');
                inBody = false;
            } else if (length == BodyDecoder.REFUSED) {
                refuse(body.status(), body.problem());
            }
            return length != 0;
        }

        private void refuse(int status, String problem) {
            told.append(status).append(problem);
            refused = true;
        }
    }
}
