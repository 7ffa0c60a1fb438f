package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads everything and notes what it is told. A test overrides what is to be done otherwise. */
class RecordingHandler implements ConnectionHandler {
    /** What it was told, such as {@code read hello}, {@code end} or {@code close PeerClosed[]}. */
    final List<String> told = new ArrayList<>();

    final StringBuilder text = new StringBuilder();

    /** The connection, once it has been told of it. */
    @Nullable Connection connection;

    @Nullable CloseReason reason;

    /** As a factory: notes the connection that it serves. */
    ConnectionHandler on(Connection newConnection) {
        connection = newConnection;
        return this;
    }

    @Override
    public void onRead(Connection from, IoBuffer in) {
        String read = in.readString(in.remaining(), UTF_8);
        told.add("read " + read);
        text.append(read);
    }

    @Override
    public void onDrain(Connection from) {
        told.add("drain");
    }

    @Override
    public void onEnd(Connection from, IoBuffer in) {
        told.add("end");
        from.close();
    }

    @Override
    public void onClose(Connection from, CloseReason why) {
        told.add("close " + why);
        reason = why;
    }

    boolean isClosed() {
        return reason != null;
    }

    long timesClosed() {
        return told.stream().filter(call -> call.startsWith("close")).count();
    }
}
