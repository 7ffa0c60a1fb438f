package edgeloop.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads whole numbers of a range. */
final class IntConverter implements ITypeConverter<Integer> {
    private final int min;
    private final int max;

    IntConverter(int min, int max) {
        this.min = min;
        this.max = max;
    }

    @Override
    public Integer convert(String text) {
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below: what is too large for an int reads like what is too large for the option.
        }
        throw new TypeConversionException("must be from " + min + " to " + max);
    }
}
