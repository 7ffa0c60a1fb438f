package edgeloop.http;

import edgeloop.http.file.Listing;
import edgeloop.http.file.MediaTypes;
import edgeloop.http.file.TargetPath;
import edgeloop.http.semantics.AcceptEncoding;
import edgeloop.http.semantics.ByteRanges;
import edgeloop.http.semantics.DateLine;
import edgeloop.http.semantics.DateParser;
import edgeloop.http.semantics.HttpDate;
import edgeloop.http.semantics.Status;
import edgeloop.http.syntax.BodyDecoder;
import edgeloop.http.syntax.Bytes;
import edgeloop.http.syntax.ChunkLine;
import edgeloop.http.syntax.FieldLines;
import edgeloop.http.syntax.HeadParser;
import edgeloop.http.syntax.HostParser;
import edgeloop.http.syntax.MethodNames;
import edgeloop.http.syntax.Parsing;
import edgeloop.http.syntax.RequestLine;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Loads once in a JVM, on a thread that nobody waits for, the classes of this package and of those
 * below: one that is first needed when descriptors have run out, or a jar has been replaced, might
 * not be had then.
 */
final class Rehearsal {
    private static final AtomicBoolean DONE = new AtomicBoolean();

    /** Of each, those nested in it as well. */
    static final List<Class<?>> CLASSES =
            List.of(
                    AcceptEncoding.class,
                    AccessLog.class,
                    AccessLogEntry.class,
                    AccessNote.class,
                    Body.class,
                    BodyCollector.class,
                    BodyDecoder.class,
                    BodyHandler.class,
                    BodyReceiver.class,
                    ByteRanges.class,
                    Bytes.class,
                    ChunkLine.class,
                    Conditions.class,
                    DateLine.class,
                    DateParser.class,
                    FieldLines.class,
                    FileCache.class,
                    FileServer.class,
                    HeadParser.class,
                    RequestLine.class,
                    HostParser.class,
                    Http.class,
                    HttpConnection.class,
                    BodyIntake.class,
                    AnswerWriter.class,
                    HttpDeadlines.class,
                    HttpDate.class,
                    HttpHandler.class,
                    HttpLoop.class,
                    HttpOptions.class,
                    HttpStats.class,
                    LateAnswer.class,
                    Lister.class,
                    Listing.class,
                    MediaTypes.class,
                    Method.class,
                    MethodNames.class,
                    Multipart.class,
                    Parsing.class,
                    Representation.class,
                    Request.class,
                    RequestBody.class,
                    Resource.class,
                    Response.class,
                    ResponseStream.class,
                    Router.class,
                    StaticFiles.class,
                    Status.class,
                    StreamProducer.class,
                    TargetPath.class);

    private Rehearsal() {}

    static void start() {
        if (!DONE.getAndSet(true)) {
            Thread.ofPlatform().name("edgeloop-rehearsal").daemon().start(Rehearsal::run);
        }
    }

    private static void run() {
        try {
            for (Class<?> each : CLASSES) {
                for (Class<?> member : each.getNestMembers()) {
                    Class<?> _ = Class.forName(member.getName());
                }
            }
        } catch (ClassNotFoundException | LinkageError e) {
            // Who needs it finds that out.
        }
    }
}
