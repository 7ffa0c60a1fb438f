package edgeloop.cli;

import edgeloop.TcpOptions;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times as the kernel's keepalive has them. */
final class KeepAliveConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        Duration time = new DurationConverter().convert(text);
        if (time.toNanosPart() != 0 || time.toSeconds() > TcpOptions.MAX_KEEP_ALIVE_SECONDS) {
            throw new TypeConversionException(
                    "must be whole seconds, at most " + TcpOptions.MAX_KEEP_ALIVE_SECONDS);
        }
        return time;
    }
}
