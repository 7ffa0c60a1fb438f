package edgeloop.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads sizes such as {@code 512k}, {@code 64m}, {@code 1g}, in bytes: of 1,024, its square, ...
 */
final class SizeConverter implements ITypeConverter<Long> {
    /** 10^9 gigabytes are 10^18 bytes: no overflow. */
    private static final int MAX_DIGITS = 9;

    private final long min;

    /**
     * @param min the least, in bytes, a multiple of 1,024
     */
    SizeConverter(long min) {
        this.min = min;
    }

    @Override
    public Long convert(String text) {
        int digits = Math.max(0, text.length() - 1);
        long unit =
                switch (text.substring(digits).toLowerCase(Locale.ROOT)) {
                    case "k" -> 1L << 10;
                    case "m" -> 1L << 20;
                    case "g" -> 1L << 30;
                    default -> 0;
                };
        boolean number =
                digits > 0 && text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9');
        if (unit == 0 || !number || digits > MAX_DIGITS) {
            throw new TypeConversionException("must be a size such as 512k, 64m or 1g");
        }
        long bytes = Long.parseLong(text.substring(0, digits)) * unit;
        if (bytes < min) {
            throw new TypeConversionException("must be at least " + min / 1024 + "k");
        }
        return bytes;
    }
}
