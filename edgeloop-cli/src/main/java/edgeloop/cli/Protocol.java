package edgeloop.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the server speaks. */
enum Protocol {
    ECHO,
    HTTP;

    /** Takes the names in lower case. */
    static final class Converter implements ITypeConverter<Protocol> {
        @Override
        public Protocol convert(String text) {
            for (Protocol protocol : values()) {
                if (protocol.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return protocol;
                }
            }
            throw new TypeConversionException("must be echo or http");
        }
    }
}
