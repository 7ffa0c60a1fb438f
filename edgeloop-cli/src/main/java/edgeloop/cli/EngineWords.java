package edgeloop.cli;

import edgeloop.SyscallException;
import edgeloop.Transport;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.TypeConversionException;

/** What the programs call the ways to speak to the kernel, and what they say of one refused. */
public final class EngineWords {
    /** The words of {@code --engine}. */
    static final List<String> ALL = List.of("epoll", "io_uring", "auto");

    /** Of which there is no more with another engine. */
    private static final Set<String> WANT_OF_DESCRIPTORS = Set.of("EMFILE", "ENFILE");

    private EngineWords() {}

    /**
     * What a word of {@code --engine} stands for.
     *
     * @throws TypeConversionException if it is none of {@link #ALL}
     */
    public static Transport parse(String word) {
        return transport(new WordConverter(ALL).convert(word));
    }

    /** What one of {@link #ALL} stands for. */
    static Transport transport(String word) {
        return Transport.valueOf(word.toUpperCase(Locale.ROOT));
    }

    public static String word(Transport transport) {
        return transport.name().toLowerCase(Locale.ROOT);
    }

    /** What to say where auto has taken epoll. */
    public static String taken(String refusal) {
        return "--engine auto takes epoll: " + refusal;
    }

    /** Whether it was the engine that could not be had, and not what it is to serve. */
    public static boolean isOfRing(SyscallException e) {
        return e.call().startsWith("io_uring_") && !WANT_OF_DESCRIPTORS.contains(e.errnoName());
    }

    /** What to say then, with the way out. */
    public static String refused(SyscallException e) {
        return "the kernel refuses " + why(e) + "; use --engine epoll or auto";
    }

    /** What the library says of it, without its advice, which is for programmers. */
    public static String why(SyscallException e) {
        return String.valueOf(e.getMessage()).split("; ", 2)[0];
    }
}
