package edgeloop.http;

import java.net.FileNameMap;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * Content-Type by a file's name: from the JDK's own table, and for what the web has and that table
 * has not, or has under another name, from one here. {@code Files.probeContentType} would ask files
 * of the machine, so that the same file would have another type elsewhere.
 */
final class MediaTypes {
    private static final String UNKNOWN = "application/octet-stream";

    private static final Map<String, String> OURS =
            Map.ofEntries(
                    Map.entry("avif", "image/avif"),
                    Map.entry("css", "text/css"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("js", "text/javascript"),
                    Map.entry("json", "application/json"),
                    Map.entry("map", "application/json"),
                    Map.entry("md", "text/markdown"),
                    Map.entry("mjs", "text/javascript"),
                    Map.entry("mp3", "audio/mpeg"),
                    Map.entry("mp4", "video/mp4"),
                    Map.entry("ogg", "audio/ogg"),
                    Map.entry("otf", "font/otf"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("ttf", "font/ttf"),
                    Map.entry("txt", "text/plain"),
                    Map.entry("wasm", "application/wasm"),
                    Map.entry("webm", "video/webm"),
                    Map.entry("webmanifest", "application/manifest+json"),
                    Map.entry("webp", "image/webp"),
                    Map.entry("woff", "font/woff"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("xml", "application/xml"));

    private static final FileNameMap JDKS = URLConnection.getFileNameMap();

    private MediaTypes() {}

    /** Reads the JDK's table, which is a file, now. */
    static void load() {
        String _ = JDKS.getContentTypeFor("a.html");
    }

    /** The type of the file at {@code path}; text is taken to be in UTF-8. */
    static String of(byte[] path) {
        String name = new String(path, StandardCharsets.ISO_8859_1);
        name = name.substring(name.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            return UNKNOWN;
        }
        String extension = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        String type = OURS.get(extension);
        if (type == null) {
            type = JDKS.getContentTypeFor("name." + extension);
        }
        if (type == null) {
            return UNKNOWN;
        }
        return type.startsWith("text/") ? type + "; charset=utf-8" : type;
    }
}
