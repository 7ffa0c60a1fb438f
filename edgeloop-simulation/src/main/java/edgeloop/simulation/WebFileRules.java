package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import edgeloop.sys.Errno;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a static file may be answered with: some version of it that there was at most two seconds
 * before the request, whole or in parts, and nothing of two versions under one validator (RFC 9110
 * sections 8.8, 13, 14). Which version an entity tag is of is not told, but found out: all that was
 * answered with it must be of one.
 */
final class WebFileRules {
    /** How late a change may be noticed, by docs/HTTP.md. */
    private static final long STALE_NANOS = 2_000_000_000L + Scenario.SLACK_NANOS;

    private static final long NO_PERMISSION = bit(Errno.EACCES) | bit(Errno.EPERM);
    private static final long SHORTAGE =
            bit(Errno.EMFILE)
                    | bit(Errno.ENFILE)
                    | bit(Errno.ENOMEM)
                    | bit(Errno.EAGAIN)
                    | bit(Errno.EINTR);

    private final WebScenario scenario;

    /** The versions that each entity tag can be of, by all that has been seen with it. */
    private final Map<String, List<WebFiles.Version>> byTag = new HashMap<>();

    /** The one of a version that is known for sure. */
    private final Map<WebFiles.Version, String> tagOf = new HashMap<>();

    private final Map<String, List<String>> tagsOf = new HashMap<>();

    // Of the answers that are being read, by peer: what they can be of, and parts that are kept.
    private final Map<Integer, List<WebFiles.Version>> candidates = new HashMap<>();
    private final Map<Integer, List<WebRange.Span>> spans = new HashMap<>();
    private final Map<Integer, ByteArrayOutputStream> multipart = new HashMap<>();
    private final Map<Integer, String> boundaries = new HashMap<>();
    private final Map<Integer, String> tags = new HashMap<>();

    WebFileRules(WebScenario scenario) {
        this.scenario = scenario;
    }

    private static long bit(int errno) {
        return 1L << errno;
    }

    /** The name of the file that a path stands for; empty for none. */
    static String fileOf(String path) {
        return switch (path) {
            case "/%61.txt" -> WebFiles.PLAIN;
            case "/" -> WebFiles.INDEX;
            case "/../a.txt", "/%zz" -> "";
            case "/a.txt/" -> "a.txt/index.html";
            default -> path.substring(1);
        };
    }

    /** An entity tag that {@code file} has had, or one that it has not. */
    String anyTag(String file, Choices choices) {
        List<String> known = tagsOf.getOrDefault(file, List.of());
        return known.isEmpty() || choices.below(4) == 0
                ? "\"none\""
                : known.get(choices.below(known.size()));
    }

    // ---- Heads --------------------------------------------------------------------------------

    void judgeHead(WebRules rules, WebRequest request, AnswerHead head) {
        candidates.remove(request.peer);
        multipart.remove(request.peer);
        spans.remove(request.peer);
        tags.remove(request.peer);
        if (!request.method.equals("GET") && !request.isHead()) {
            boolean options = request.method.equals("OPTIONS");
            rules.expect(head.status == (options ? 204 : 405), "a file's methods");
            rules.expect(head.has("allow"), "a file's methods");
            return;
        }
        boolean hidden = request.file.equals(WebFiles.HIDDEN);
        rules.expect(!hidden || head.status >= 400, "a hidden file");
        switch (head.status) {
            case 200, 206, 304 -> judgeFound(rules, request, head);
            case 412 -> judgeFailed(rules, request);
            case 416 -> judgeUnsatisfiable(rules, request, head);
            default -> judgeError(rules, request, head.status);
        }
    }

    private List<WebFiles.Version> versions(WebRequest request, String name) {
        List<WebFiles.Version> found = new ArrayList<>();
        for (WebFiles.Version version :
                scenario.files.versions(name, request.handledTurn - STALE_NANOS)) {
            if (version.fromNanos <= request.handledUntilNanos) {
                found.add(version);
            }
        }
        return found;
    }

    private List<WebFiles.Version> existing(WebRequest request, String name) {
        List<WebFiles.Version> found = versions(request, name);
        found.removeIf(version -> !version.exists());
        return found;
    }

    private void judgeError(WebRules rules, WebRequest request, int status) {
        long errors = request.fileErrors;
        boolean missing =
                request.file.equals(WebFiles.HIDDEN)
                        || versions(request, request.file).stream().anyMatch(v -> !v.exists());
        boolean unknown =
                !request.file.isEmpty() && scenario.files.versions(request.file, 0).isEmpty();
        boolean listed = request.mayBeListed() && scenario.settings.listing;
        boolean allowed =
                switch (status) {
                    case 400 -> request.file.isEmpty();
                    case 404 -> missing || unknown || (errors & bit(Errno.ENOENT)) != 0;
                    case 403 -> (errors & NO_PERMISSION) != 0 || listed;
                    case 503 -> (errors & SHORTAGE) != 0 || listed || isUnsettled(request);
                    case 500 -> (errors & bit(Errno.EIO)) != 0 || request.lacksMemory || listed;
                    default -> false;
                };
        rules.expect(allowed, "a file, with errors " + Long.toBinaryString(errors));
    }

    /** Whether it changed while it was read, or nobody could tell that it did not. */
    private boolean isUnsettled(WebRequest request) {
        boolean changed = request.fileErrors != 0;
        for (String name : request.names()) {
            for (WebFiles.Version version : versions(request, name)) {
                changed |= version.fromNanos >= request.handledNanos;
            }
        }
        return changed;
    }

    private void judgeFound(WebRules rules, WebRequest request, AnswerHead head) {
        String tag = head.field("etag");
        if (tag == null) {
            boolean listed = request.mayBeListed() && scenario.settings.listing;
            rules.expect(listed && head.status == 200, "a file without an ETag");
            return;
        }
        List<WebFiles.Version> found = existing(request, codedName(rules, request, head, tag));
        String date = head.field("last-modified");
        if (date != null) {
            long latest = Math.floorDiv(scenario.kernel.nanoTime() / 1_000_000, 1_000L) - 2;
            found.removeIf(v -> !v.date().equals(date) || v.modifiedSeconds > latest);
        }
        if (head.status == 200) {
            found.removeIf(version -> version.length != head.contentLength());
        } else if (head.status == 206) {
            judgeRange(request, head, found);
        }
        judgeConditions(rules, request, head, tag, found);
        retain(rules, request, tag, found);
        candidates.put(request.peer, found);
        tags.put(request.peer, tag);
    }

    /** RFC 9110 section 12.5.3: which of the files beside each other it is. */
    private String codedName(WebRules rules, WebRequest request, AnswerHead head, String tag) {
        String coding = head.field("content-encoding");
        if (coding == null && head.status == 304) {
            coding = tag.endsWith("-br\"") ? "br" : tag.endsWith("-gzip\"") ? "gzip" : null;
        }
        if (coding == null) {
            return request.file;
        }
        boolean gzip = coding.equals("gzip");
        rules.expect(
                request.file.equals(WebFiles.PLAIN)
                        && (gzip
                                ? request.acceptsGzip
                                : request.acceptsBrotli && coding.equals("br"))
                        && "Accept-Encoding".equals(head.field("vary")),
                "its Accept-Encoding");
        return gzip ? WebFiles.GZIP : WebFiles.BROTLI;
    }

    /** All that is answered with one entity tag is of one version, and the other way round. */
    private void retain(
            WebRules rules, WebRequest request, String tag, List<WebFiles.Version> found) {
        List<WebFiles.Version> before = byTag.get(tag);
        if (before != null) {
            found.retainAll(before);
        } else {
            tagsOf.computeIfAbsent(request.file, _ -> new ArrayList<>()).add(tag);
        }
        rules.expect(!found.isEmpty(), "any version of it, or of its ETag " + before);
        byTag.put(tag, List.copyOf(found));
        // One that has no name any more has another time of change, and so another tag.
        if (found.size() == 1 && found.getFirst().toNanos >= request.handledUntilNanos) {
            String other = tagOf.putIfAbsent(found.getFirst(), tag);
            rules.expect(other == null || other.equals(tag), "a version whose ETag was " + other);
        }
    }

    /** RFC 9110 section 13.2.2. */
    private void judgeConditions(
            WebRules rules,
            WebRequest request,
            AnswerHead head,
            String tag,
            List<WebFiles.Version> found) {
        if (request.ifMatch != null) {
            rules.expect(matches(request.ifMatch, tag, true), "its If-Match");
        } else if (request.ifUnmodifiedSince != Long.MIN_VALUE) {
            found.removeIf(version -> version.modifiedSeconds > request.ifUnmodifiedSince);
        }
        boolean not304 = head.status != 304;
        if (request.ifNoneMatch != null) {
            rules.expect(matches(request.ifNoneMatch, tag, false) != not304, "its If-None-Match");
        } else if (request.ifModifiedSince != Long.MIN_VALUE) {
            found.removeIf(v -> (v.modifiedSeconds > request.ifModifiedSince) != not304);
        } else {
            rules.expect(not304, "a request without a condition");
        }
        WebRange range = request.range;
        boolean ranged =
                !request.isHead() && (request.ifRange == null || request.ifRange.equals(tag));
        if (head.status == 206) {
            rules.expect(range != null && ranged, "its Range or If-Range");
        } else if (head.status == 200 && range != null && ranged) {
            found.removeIf(version -> range.of(version.length) != null);
        }
    }

    /** Whether a list of entity tags has one, RFC 9110 section 8.8.3.2. */
    private static boolean matches(String list, String tag, boolean strong) {
        for (String each : list.split(", ", -1)) {
            boolean weak = each.startsWith("W/");
            if (each.equals("*")
                    || (!(weak && strong) && each.substring(weak ? 2 : 0).equals(tag))) {
                return true;
            }
        }
        return false;
    }

    private void judgeFailed(WebRules rules, WebRequest request) {
        boolean failed = false;
        for (String name : request.names()) {
            for (WebFiles.Version version : existing(request, name)) {
                failed |= version.modifiedSeconds > request.ifUnmodifiedSince;
            }
        }
        boolean byDate = request.ifMatch == null && request.ifUnmodifiedSince != Long.MIN_VALUE;
        boolean byTag = request.ifMatch != null && !request.ifMatch.equals("*");
        rules.expect(byTag || (byDate && failed), "its conditions");
    }

    // ---- Ranges -------------------------------------------------------------------------------

    private void judgeRange(WebRequest request, AnswerHead head, List<WebFiles.Version> found) {
        WebRange range = request.range;
        if (range == null) {
            throw scenario.kernel.violation("%s: 206, and no Range: %s", request, head);
        }
        String type = String.valueOf(head.field("content-type"));
        if (type.startsWith("multipart/byteranges; boundary=")) {
            multipart.put(request.peer, new ByteArrayOutputStream());
            boundaries.put(request.peer, type.substring(type.indexOf('=') + 1));
            found.removeIf(version -> countOf(range, version) < 2);
            return;
        }
        String content = String.valueOf(head.field("content-range"));
        found.removeIf(
                version -> {
                    List<WebRange.Span> asked = range.of(version.length);
                    return asked == null
                            || asked.size() != 1
                            || !content.equals(contentRange(asked.getFirst(), version))
                            || head.contentLength() != length(asked.getFirst());
                });
        if (!found.isEmpty()) {
            List<WebRange.Span> asked = range.of(found.getFirst().length);
            spans.put(request.peer, asked == null ? List.of() : asked);
        }
    }

    private static int countOf(WebRange range, WebFiles.Version version) {
        List<WebRange.Span> asked = range.of(version.length);
        return asked == null ? 0 : asked.size();
    }

    private static int length(WebRange.Span span) {
        return span.last() - span.first() + 1;
    }

    private static String contentRange(WebRange.Span span, WebFiles.Version version) {
        return "bytes " + span + "/" + version.length;
    }

    private void judgeUnsatisfiable(WebRules rules, WebRequest request, AnswerHead head) {
        WebRange range = request.range;
        boolean found = false;
        for (String name : request.names()) {
            for (WebFiles.Version version : existing(request, name)) {
                List<WebRange.Span> asked = range == null ? null : range.of(version.length);
                found |=
                        asked != null
                                && asked.isEmpty()
                                && ("bytes */" + version.length)
                                        .equals(head.field("content-range"));
            }
        }
        rules.expect(found && !request.isHead(), "its Range");
    }

    // ---- Content ------------------------------------------------------------------------------

    void content(WebRules rules, byte[] bytes, int at, int n, int read) {
        int peer = rules.peerIndex();
        ByteArrayOutputStream parts = multipart.get(peer);
        if (parts != null) {
            parts.write(bytes, at, n);
            return;
        }
        List<WebFiles.Version> found = candidates.get(peer);
        if (found == null) {
            return;
        }
        List<WebRange.Span> span = spans.get(peer);
        int offset = read + (span == null ? 0 : span.getFirst().first());
        found.removeIf(v -> !Pattern.matches(bytes, at, n, (int) v.inode, offset));
        rules.expect(!found.isEmpty(), "any version of it, by its bytes from " + read);
    }

    void judgeWhole(WebRules rules, WebRequest request) {
        List<WebFiles.Version> found = candidates.remove(request.peer);
        ByteArrayOutputStream parts = multipart.remove(request.peer);
        String tag = tags.remove(request.peer);
        if (found == null || tag == null) {
            return;
        }
        if (parts != null) {
            byte[] bytes = parts.toByteArray();
            found.removeIf(version -> !isMultipart(request, version, bytes));
        }
        retain(rules, request, tag, found);
    }

    /** RFC 9110 section 14.6. */
    private boolean isMultipart(WebRequest request, WebFiles.Version version, byte[] bytes) {
        WebRange range = request.range;
        List<WebRange.Span> asked = range == null ? null : range.of(version.length);
        if (asked == null) {
            return false;
        }
        String text = new String(bytes, ISO_8859_1);
        String boundary = "\r\n--" + boundaries.get(request.peer);
        int at = 0;
        for (WebRange.Span span : asked) {
            int begin = text.indexOf("\r\n\r\n", at) + 4;
            if (!text.startsWith(boundary + "\r\nContent-Type: ", at) || begin < 4) {
                return false;
            }
            String head = text.substring(at, begin);
            int n = length(span);
            if (!head.endsWith("\r\nContent-Range: " + contentRange(span, version) + "\r\n\r\n")
                    || begin + n > bytes.length
                    || !Pattern.matches(bytes, begin, n, (int) version.inode, span.first())) {
                return false;
            }
            at = begin + n;
        }
        return text.substring(at).equals(boundary + "--\r\n");
    }
}
