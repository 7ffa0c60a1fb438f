package edgeloop.cli.load;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.protocol.Payload;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads numbers as operators write them: {@code 10000}, {@code 10k}, {@code 1.5m}. picocli wants a
 * class per converter: each kind of option has one here.
 */
abstract sealed class CountConverter<N extends Number> implements ITypeConverter<N> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)([kKmM]?)");

    private final double min;
    private final double max;

    private CountConverter(double min, double max) {
        this.min = min;
        this.max = max;
    }

    double read(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            double factor =
                    switch (form.group(2)) {
                        case "k", "K" -> 1e3;
                        case "m", "M" -> 1e6;
                        default -> 1;
                    };
            double value = Double.parseDouble(form.group(1)) * factor;
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw new TypeConversionException(
                "must be a number from "
                        + (min < 1 ? "" + min : Text.count(min))
                        + " to "
                        + Text.count(max));
    }

    /** The same as a whole number. */
    long readWhole(String text) {
        double value = read(text);
        if (value != Math.rint(value)) {
            throw new TypeConversionException("must be a whole number");
        }
        return (long) value;
    }

    /** Connections, or requests on their way. */
    static final class Count extends CountConverter<Integer> {
        Count() {
            super(1, 1_000_000);
        }

        @Override
        public Integer convert(String text) {
            return (int) readWhole(text);
        }
    }

    /** Requests in all. */
    static final class Requests extends CountConverter<Long> {
        Requests() {
            super(1, 1e12);
        }

        @Override
        public Long convert(String text) {
            return readWhole(text);
        }
    }

    /** Requests or connections per second. */
    static final class Rate extends CountConverter<Double> {
        Rate() {
            super(0.001, 1e9);
        }

        @Override
        public Double convert(String text) {
            return read(text);
        }
    }

    /** Bytes of a payload. */
    static final class Size extends CountConverter<Integer> {
        Size() {
            super(1, Payload.MAX_BYTES);
        }

        @Override
        public Integer convert(String text) {
            return (int) readWhole(text);
        }
    }

    /** What random numbers are made of: any whole number, negative ones too. */
    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("must be a whole number from -2^63 to 2^63 - 1");
            }
        }
    }
}
