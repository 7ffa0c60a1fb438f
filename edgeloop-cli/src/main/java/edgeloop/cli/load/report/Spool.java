package edgeloop.cli.load.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What will be a file, kept on the same file system without a name: whatever ends the program,
 * nothing is left behind.
 */
final class Spool implements AutoCloseable {
    private final FileChannel channel;

    private Spool(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes an empty one in a folder, which needs the same permissions as a file there. */
    static Spool in(Path folder) throws IOException {
        Path name = temporary(folder);
        FileChannel channel =
                FileChannel.open(
                        name,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            Files.delete(name);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new Spool(channel);
    }

    /** A name that no other file in the folder has; short, since the longest names may be taken. */
    static Path temporary(Path folder) {
        return folder.resolve(
                ".loadtest-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
    }

    /** To be written to; closes the spool when it is closed. */
    OutputStream stream() {
        return Channels.newOutputStream(channel);
    }

    /** Copies all that was written. */
    void copyTo(OutputStream target) throws IOException {
        channel.position(0);
        Channels.newInputStream(channel).transferTo(target);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
