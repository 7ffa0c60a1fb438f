package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Random;

/** Inputs with a few mistakes that a seed chooses. */
final class Mutations {
    private static final List<String> PIECES =
            List.of(
                    "\r",
                    "\n",
                    "\r\n",
                    " ",
                    "\t",
                    "\u0000",
                    ":",
                    ",",
                    ";",
                    "\"",
                    "0",
                    "5",
                    "+",
                    "-",
                    "\u00ff",
                    "\u007f",
                    "chunked",
                    "Content-Length: 3\r\n",
                    "Transfer-Encoding: chunked\r\n",
                    "Host: b\r\n",
                    "HTTP/1.1",
                    "GET ",
                    "http://",
                    "Connection: close\r\n",
                    "X: y\r\n",
                    "\r\n\r\n",
                    "0\r\n\r\n",
                    "x=",
                    "a");

    private Mutations() {}

    static byte[] of(List<String> seeds, Random random) {
        var text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int at = random.nextInt(text.length() + 1);
            int length = Math.min(random.nextInt(4), text.length() - at);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> text.delete(at, at + length);
                case 2 -> text.insert(at, text.substring(at, at + length));
                default -> text.replace(at, at + length, PIECES.get(random.nextInt(PIECES.size())));
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }
}
