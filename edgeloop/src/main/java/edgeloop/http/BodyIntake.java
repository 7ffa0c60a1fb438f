package edgeloop.http;

import edgeloop.IoBuffer;
import edgeloop.http.HttpConnection.Phase;
import edgeloop.http.syntax.BodyDecoder;
import edgeloop.http.syntax.Bytes;
import java.util.Map;
import java.util.Objects;

/**
 * How the bodies of a reactor's requests are received: piece by piece by whoever wants one, or by
 * nobody, so that the next request can be found behind it.
 */
final class BodyIntake {
    private static final byte[] CONTINUE = Bytes.ascii("HTTP/1.1 100 Continue\r\n\r\n");

    private final HttpLoop loop;

    BodyIntake(HttpLoop loop) {
        this.loop = loop;
    }

    void receive(HttpConnection http, BodyReceiver newReceiver) {
        http.receiver = newReceiver;
        http.body = new RequestBody(http);
        if (!http.bodyLeft) {
            bodyReceived(http, Map.of());
            return;
        }
        if (http.bodyTooLong) {
            loop.answers.refuse(
                    http, 413, "a body longer than " + loop.options.maxBodyBytes() + " bytes");
            return;
        }
        if (http.continueAwaited) {
            http.continueAwaited = false;
            http.connection.write(CONTINUE);
        }
        http.phase = Phase.BODY;
        http.bodyPaused = false;
        http.deadlineNanos = HttpConnection.NEVER;
        loop.deadlines.beginWindow(http);
        if (!http.inRead) {
            http.connection.resume();
        }
    }

    /**
     * Reads the body as far as it has come: for its receiver or, where there is none, so that the
     * next request can be found behind it.
     *
     * @return whether to go on with the next phase
     */
    boolean readBody(HttpConnection http, IoBuffer in) {
        while (http.phase == Phase.BODY && !http.bodyPaused) {
            int length = decoder(http).next(in);
            if (length > 0) {
                http.windowBytes += length;
                decoder(http).read(length);
                deliver(http, in.readSlice(length));
            } else if (length == BodyDecoder.COMPLETE) {
                bodyEnded(http);
            } else if (length == BodyDecoder.REFUSED) {
                refuseBody(http, decoder(http).status(), decoder(http).problem());
            } else {
                return false;
            }
        }
        return !http.bodyPaused;
    }

    private void deliver(HttpConnection http, IoBuffer data) {
        if (http.receiver != null && http.body != null) {
            try {
                http.receiver.onData(http.body, data);
            } catch (Throwable e) {
                endBody(http);
                loop.answers.answer(http, http.failed(e));
            }
        }
        data.invalidate();
    }

    private void bodyEnded(HttpConnection http) {
        http.bodyLeft = false;
        bodyReceived(http, decoder(http).trailers());
    }

    private void bodyReceived(HttpConnection http, Map<String, String> trailers) {
        BodyReceiver current = http.receiver;
        RequestBody ended = http.body;
        endBody(http);
        if (current == null || ended == null) {
            http.awaitRequest();
            return;
        }
        http.phase = Phase.ANSWERING;
        Response response;
        try {
            ended.setTrailers(trailers);
            response = Objects.requireNonNull(current.onEnd(ended), "a receiver's response");
        } catch (Throwable e) {
            response = http.failed(e);
        }
        loop.answers.answer(http, response);
    }

    /** There is no body to be received any more, and nobody left who could resume it. */
    void endBody(HttpConnection http) {
        http.receiver = null;
        http.body = null;
        if (http.bodyPaused) {
            http.bodyPaused = false;
            http.connection.resume();
        }
    }

    void pause(HttpConnection http, RequestBody paused) {
        if (paused == http.body && http.phase == Phase.BODY && !http.bodyPaused) {
            http.bodyPaused = true;
            http.connection.pause();
            loop.deadlines.expectAnswer(http);
        }
    }

    void resume(HttpConnection http, RequestBody resumed) {
        if (resumed == http.body && http.bodyPaused) {
            http.bodyPaused = false;
            http.deadlineNanos = HttpConnection.NEVER;
            if (!http.inRead && decoder(http).isComplete()) {
                bodyEnded(http); // no input is left to come and show it
            } else {
                loop.deadlines.beginWindow(http);
                http.connection.resume();
            }
        }
    }

    /** The body is not what it must be; a request that has its answer gets no second one. */
    void refuseBody(HttpConnection http, int refusal, String problem) {
        if (http.receiver != null) {
            loop.answers.refuse(http, refusal, problem);
            return;
        }
        http.keepAlive = false;
        http.phase = Phase.ENDED;
        http.giveHeadBack();
        http.connection.protocolError(problem);
    }

    BodyDecoder decoder(HttpConnection http) {
        BodyDecoder current = http.decoder;
        if (current == null) {
            current = HttpLoop.decoder(loop.options);
            http.decoder = current;
        }
        return current;
    }
}
