package edgeloop.http.file;

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
public final class MediaTypes {
    private static final String UNKNOWN = "application/octet-stream";

    private static final Map<String, String> OURS =
            Map.ofEntries(
                    Map.entry("3gp", "video/3gpp"),
                    Map.entry("3gpp", "video/3gpp"),
                    Map.entry("7z", "application/x-7z-compressed"),
                    Map.entry("aac", "audio/aac"),
                    Map.entry("amr", "audio/amr"),
                    Map.entry("apk", "application/vnd.android.package-archive"),
                    Map.entry("apng", "image/apng"),
                    Map.entry("appcache", "text/cache-manifest"),
                    Map.entry("asc", "application/pgp-signature"),
                    Map.entry("asf", "video/x-ms-asf"),
                    Map.entry("asx", "video/x-ms-asf"),
                    Map.entry("atom", "application/atom+xml"),
                    Map.entry("avi", "video/x-msvideo"),
                    Map.entry("avif", "image/avif"),
                    Map.entry("azw", "application/vnd.amazon.ebook"),
                    Map.entry("bz", "application/x-bzip"),
                    Map.entry("bz2", "application/x-bzip2"),
                    Map.entry("cab", "application/vnd.ms-cab-compressed"),
                    Map.entry("cc", "text/plain"),
                    Map.entry("cco", "application/x-cocoa"),
                    Map.entry("cer", "application/pkix-cert"),
                    Map.entry("cfg", "text/plain"),
                    Map.entry("cjs", "text/javascript"),
                    Map.entry("conf", "text/plain"),
                    Map.entry("cpp", "text/plain"),
                    Map.entry("crt", "application/x-x509-ca-cert"),
                    Map.entry("csr", "application/pkcs10"),
                    Map.entry("css", "text/css"),
                    Map.entry("csv", "text/csv"),
                    Map.entry("deb", "application/vnd.debian.binary-package"),
                    Map.entry("der", "application/x-x509-ca-cert"),
                    Map.entry("diff", "text/x-diff"),
                    Map.entry("dmg", "application/x-apple-diskimage"),
                    Map.entry("doc", "application/msword"),
                    Map.entry(
                            "docx",
                            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
                    Map.entry("dtd", "application/xml-dtd"),
                    Map.entry("ear", "application/java-archive"),
                    Map.entry("eot", "application/vnd.ms-fontobject"),
                    Map.entry("epub", "application/epub+zip"),
                    Map.entry("flac", "audio/flac"),
                    Map.entry("flv", "video/x-flv"),
                    Map.entry("geojson", "application/geo+json"),
                    Map.entry("glb", "model/gltf-binary"),
                    Map.entry("gltf", "model/gltf+json"),
                    Map.entry("go", "text/plain"),
                    Map.entry("gpx", "application/gpx+xml"),
                    Map.entry("gz", "application/gzip"),
                    Map.entry("heic", "image/heic"),
                    Map.entry("heif", "image/heif"),
                    Map.entry("hpp", "text/plain"),
                    Map.entry("hqx", "application/mac-binhex40"),
                    Map.entry("htc", "text/x-component"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("ics", "text/calendar"),
                    Map.entry("ini", "text/plain"),
                    Map.entry("jad", "text/vnd.sun.j2me.app-descriptor"),
                    Map.entry("jar", "application/java-archive"),
                    Map.entry("jardiff", "application/x-java-archive-diff"),
                    Map.entry("jng", "image/x-jng"),
                    Map.entry("jnlp", "application/x-java-jnlp-file"),
                    Map.entry("jp2", "image/jp2"),
                    Map.entry("js", "text/javascript"),
                    Map.entry("json", "application/json"),
                    Map.entry("jsonc", "application/json"),
                    Map.entry("jsonl", "application/jsonl"),
                    Map.entry("jsonld", "application/ld+json"),
                    Map.entry("jxl", "image/jxl"),
                    Map.entry("kar", "audio/midi"),
                    Map.entry("kml", "application/vnd.google-earth.kml+xml"),
                    Map.entry("kmz", "application/vnd.google-earth.kmz"),
                    Map.entry("kt", "text/plain"),
                    Map.entry("log", "text/plain"),
                    Map.entry("m2ts", "video/mp2t"),
                    Map.entry("m3u", "audio/x-mpegurl"),
                    Map.entry("m3u8", "application/vnd.apple.mpegurl"),
                    Map.entry("m4a", "audio/mp4"),
                    Map.entry("m4b", "audio/mp4"),
                    Map.entry("m4v", "video/x-m4v"),
                    Map.entry("map", "application/json"),
                    Map.entry("md", "text/markdown"),
                    Map.entry("mid", "audio/midi"),
                    Map.entry("midi", "audio/midi"),
                    Map.entry("mjs", "text/javascript"),
                    Map.entry("mka", "audio/x-matroska"),
                    Map.entry("mkv", "video/x-matroska"),
                    Map.entry("mml", "application/mathml+xml"),
                    Map.entry("mng", "video/x-mng"),
                    Map.entry("mobi", "application/x-mobipocket-ebook"),
                    Map.entry("mov", "video/quicktime"),
                    Map.entry("mp3", "audio/mpeg"),
                    Map.entry("mp4", "video/mp4"),
                    Map.entry("mpd", "application/dash+xml"),
                    Map.entry("mts", "video/mp2t"),
                    Map.entry("ndjson", "application/x-ndjson"),
                    Map.entry("obj", "model/obj"),
                    Map.entry("odg", "application/vnd.oasis.opendocument.graphics"),
                    Map.entry("odp", "application/vnd.oasis.opendocument.presentation"),
                    Map.entry("ods", "application/vnd.oasis.opendocument.spreadsheet"),
                    Map.entry("odt", "application/vnd.oasis.opendocument.text"),
                    Map.entry("oga", "audio/ogg"),
                    Map.entry("ogg", "audio/ogg"),
                    Map.entry("ogv", "video/ogg"),
                    Map.entry("ogx", "application/ogg"),
                    Map.entry("opus", "audio/ogg"),
                    Map.entry("otf", "font/otf"),
                    Map.entry("p12", "application/x-pkcs12"),
                    Map.entry("p7b", "application/x-pkcs7-certificates"),
                    Map.entry("p7m", "application/pkcs7-mime"),
                    Map.entry("p7s", "application/pkcs7-signature"),
                    Map.entry("parquet", "application/vnd.apache.parquet"),
                    Map.entry("patch", "text/x-diff"),
                    Map.entry("pdb", "application/x-pilot"),
                    Map.entry("pem", "application/x-pem-file"),
                    Map.entry("pfx", "application/x-pkcs12"),
                    Map.entry("pm", "application/x-perl"),
                    Map.entry("ppt", "application/vnd.ms-powerpoint"),
                    Map.entry(
                            "pptx",
                            "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
                    Map.entry("prc", "application/x-pilot"),
                    Map.entry("properties", "text/plain"),
                    Map.entry("psd", "image/vnd.adobe.photoshop"),
                    Map.entry("py", "text/x-python"),
                    Map.entry("ra", "audio/x-realaudio"),
                    Map.entry("rar", "application/vnd.rar"),
                    Map.entry("rb", "text/x-ruby"),
                    Map.entry("rdf", "application/rdf+xml"),
                    Map.entry("rpm", "application/x-redhat-package-manager"),
                    Map.entry("rs", "text/plain"),
                    Map.entry("rss", "application/rss+xml"),
                    Map.entry("rtf", "application/rtf"),
                    Map.entry("sea", "application/x-sea"),
                    Map.entry("sgml", "text/sgml"),
                    Map.entry("sh", "application/x-sh"),
                    Map.entry("shtml", "text/html"),
                    Map.entry("sig", "application/pgp-signature"),
                    Map.entry("sit", "application/x-stuffit"),
                    Map.entry("sql", "application/sql"),
                    Map.entry("sqlite", "application/vnd.sqlite3"),
                    Map.entry("srt", "application/x-subrip"),
                    Map.entry("stl", "model/stl"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("swf", "application/x-shockwave-flash"),
                    Map.entry("tar", "application/x-tar"),
                    Map.entry("tcl", "application/x-tcl"),
                    Map.entry("tgz", "application/gzip"),
                    Map.entry("tk", "application/x-tcl"),
                    Map.entry("toml", "application/toml"),
                    Map.entry("torrent", "application/x-bittorrent"),
                    Map.entry("ts", "video/mp2t"),
                    Map.entry("ttc", "font/collection"),
                    Map.entry("ttf", "font/ttf"),
                    Map.entry("txt", "text/plain"),
                    Map.entry("usdz", "model/vnd.usdz+zip"),
                    Map.entry("vcard", "text/vcard"),
                    Map.entry("vcf", "text/vcard"),
                    Map.entry("vsd", "application/vnd.visio"),
                    Map.entry("vtt", "text/vtt"),
                    Map.entry("war", "application/java-archive"),
                    Map.entry("wasm", "application/wasm"),
                    Map.entry("wav", "audio/wav"),
                    Map.entry("wbmp", "image/vnd.wap.wbmp"),
                    Map.entry("weba", "audio/webm"),
                    Map.entry("webm", "video/webm"),
                    Map.entry("webmanifest", "application/manifest+json"),
                    Map.entry("webp", "image/webp"),
                    Map.entry("wma", "audio/x-ms-wma"),
                    Map.entry("wml", "text/vnd.wap.wml"),
                    Map.entry("wmlc", "application/vnd.wap.wmlc"),
                    Map.entry("wmv", "video/x-ms-wmv"),
                    Map.entry("woff", "font/woff"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("xhtml", "application/xhtml+xml"),
                    Map.entry("xls", "application/vnd.ms-excel"),
                    Map.entry(
                            "xlsx",
                            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                    Map.entry("xml", "application/xml"),
                    Map.entry("xpi", "application/x-xpinstall"),
                    Map.entry("xsd", "application/xml"),
                    Map.entry("xsl", "application/xslt+xml"),
                    Map.entry("xslt", "application/xslt+xml"),
                    Map.entry("xspf", "application/xspf+xml"),
                    Map.entry("xz", "application/x-xz"),
                    Map.entry("yaml", "application/yaml"),
                    Map.entry("yml", "application/yaml"),
                    Map.entry("zip", "application/zip"),
                    Map.entry("zst", "application/zstd"));

    private static final FileNameMap JDKS = URLConnection.getFileNameMap();

    private MediaTypes() {}

    /** Reads the JDK's table, which is a file, now. */
    public static void load() {
        String _ = JDKS.getContentTypeFor("a.html");
    }

    /** The type of the file at {@code path}; text is taken to be in UTF-8. */
    public static String of(byte[] path) {
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
