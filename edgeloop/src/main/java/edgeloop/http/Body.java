package edgeloop.http;

import java.util.concurrent.CompletionStage;

/** What an answer has behind its head, or what is to be done before there is one. */
sealed interface Body {
    Body NONE = new None();

    /** Nothing. */
    record None() implements Body {}

    /**
     * Bytes that are there.
     *
     * @param bytes are not copied and do not change
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Content(byte[] bytes) implements Body {}

    /** Bytes that are written over time. */
    record Streamed(StreamProducer producer) implements Body {}

    /** The answer comes when the request's body has been received. */
    record Received(BodyReceiver receiver) implements Body {}

    /** The answer comes some time. */
    record Later(CompletionStage<Response> answer) implements Body {}
}
