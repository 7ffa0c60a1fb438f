package edgeloop.sys;

/**
 * Numbers for files from Linux's UAPI headers. Two of them differ between x86-64 and aarch64. A
 * test compares each with what the C compiler says.
 */
public final class FileConstants {
    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;

    public static final int O_RDONLY = 0;
    public static final int O_NOCTTY = 0x100;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;
    public static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
    public static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;

    public static final int RESOLVE_NO_MAGICLINKS = 0x02;
    public static final int RESOLVE_BENEATH = 0x08;

    public static final int STATX_BASIC_STATS = 0x7ff;

    public static final int S_IFMT = 0xf000;
    public static final int S_IFDIR = 0x4000;
    public static final int S_IFREG = 0x8000;

    private FileConstants() {}
}
