package edgeloop.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Takes the name of a host, or an address. */
final class HostConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        if (text.isBlank()) {
            // InetAddress takes no name for the loopback address.
            throw new TypeConversionException("must be an address or a host name");
        }
        return text;
    }
}
