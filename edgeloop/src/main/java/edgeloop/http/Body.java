package edgeloop.http;

import edgeloop.FileHandle;
import java.util.List;
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

    /**
     * A part of a file, which is open when the answer is given.
     *
     * @param offset in bytes, from 0
     * @param length in bytes, above 0
     */
    record FileRange(FileHandle file, long offset, long length) implements Body {}

    /**
     * One after the other.
     *
     * @param parts bytes and parts of files, few and small or of files
     * @param length of all, in bytes
     */
    record Parts(List<Body> parts, long length) implements Body {}
}
