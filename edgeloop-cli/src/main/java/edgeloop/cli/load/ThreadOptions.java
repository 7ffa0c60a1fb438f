package edgeloop.cli.load;

import edgeloop.Transport;
import edgeloop.cli.EngineWords;
import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.protocol.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** On how many threads a tester works, and how they speak to the kernel. */
final class ThreadOptions {
    private static final int MOST = 256;

    /** Until it is known what there is to do. */
    private static final int AUTO = 0;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--threads",
            paramLabel = "N|auto",
            converter = Count.class,
            defaultValue = "1",
            description =
                    "Threads that send and receive, each on its part of the connections; auto for"
                            + " as many as there are processors for this process (default:"
                            + " ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--engine",
            paramLabel = "epoll|io_uring|auto",
            converter = Engine.class,
            defaultValue = "epoll",
            description =
                    "How they speak to the kernel: by readiness, by completions (Linux 6.1 or"
                            + " later), or by these where the kernel has them (default:"
                            + " ${DEFAULT-VALUE}).")
    private Transport transport = Transport.EPOLL;

    int count() {
        return threads;
    }

    Transport transport() {
        return transport;
    }

    /** Refuses what leaves nothing to do for some of the threads; auto takes no more than these. */
    void check(int connections, @Nullable Integer inFlight, @Nullable Long requests) {
        if (threads == AUTO) {
            long most = Math.min(MOST, Runtime.getRuntime().availableProcessors());
            most = Math.min(most, connections);
            most = Math.min(most, inFlight == null ? most : inFlight);
            threads = (int) Math.min(most, requests == null ? most : requests);
        }
        check("--connections", connections);
        check("--in-flight", inFlight == null ? threads : inFlight);
        check("--requests", requests == null ? threads : requests);
    }

    private void check(String option, long value) {
        if (value < threads) {
            if (command == null) {
                throw new IllegalStateException("picocli fills this in");
            }
            throw new ParameterException(
                    command.commandLine(),
                    "--threads " + threads + " needs " + option + " of as many at least");
        }
    }

    /**
     * What each thread does of what all of them are to do.
     *
     * @param shard this tester's
     * @param exchanges makes what one of them sends, by its part of what is sent by all testers
     */
    List<EngineOptions> parts(EngineOptions all, Shard shard, Function<Shard, Exchange> exchanges) {
        List<EngineOptions> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Exchange own = i == 0 ? all.exchange() : exchanges.apply(shard.part(i, threads));
            parts.add(all.part(Shard.WHOLE.part(i, threads), own));
        }
        return parts;
    }

    static final class Engine implements ITypeConverter<Transport> {
        @Override
        public Transport convert(String text) {
            return EngineWords.parse(text);
        }
    }

    static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (text.equals("auto")) {
                return AUTO;
            }
            try {
                int count = Integer.parseInt(text);
                if (count >= 1 && count <= MOST) {
                    return count;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            throw new TypeConversionException("must be a number from 1 to " + MOST + ", or auto");
        }
    }
}
