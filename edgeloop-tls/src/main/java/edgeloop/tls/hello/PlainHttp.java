package edgeloop.tls.hello;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** What a client is told that speaks HTTP to a server of HTTPS. */
public final class PlainHttp {
    private static final String BODY =
            "This port speaks HTTPS: use https:// in the place of http://\n";

    /** The answer. */
    public static final byte[] ANSWER =
            ("HTTP/1.1 400 Bad Request\r\n"
                            + "Content-Type: text/plain; charset=utf-8\r\n"
                            + "Content-Length: "
                            + BODY.length()
                            + "\r\nConnection: close\r\n\r\n"
                            + BODY)
                    .getBytes(US_ASCII);

    /** What happened, in words for people. */
    public static final String FAILURE = "HTTP without TLS on a port of TLS";

    private PlainHttp() {}
}
