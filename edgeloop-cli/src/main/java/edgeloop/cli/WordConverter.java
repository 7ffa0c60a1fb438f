package edgeloop.cli;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Takes one of a few words. */
final class WordConverter implements ITypeConverter<String> {
    private final List<String> words;

    /**
     * @param words two at least, in the order in which they are named where none of them was given
     */
    WordConverter(List<String> words) {
        this.words = words;
    }

    @Override
    public String convert(String text) {
        if (!words.contains(text)) {
            int last = words.size() - 1;
            String others = String.join(", ", words.subList(0, last));
            throw new TypeConversionException("must be " + others + " or " + words.get(last));
        }
        return text;
    }
}
