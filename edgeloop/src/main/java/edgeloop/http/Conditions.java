package edgeloop.http;

import edgeloop.http.semantics.DateParser;
import org.jspecify.annotations.Nullable;

/** Conditional requests and ranges, RFC 9110 sections 13 and 14. */
final class Conditions {
    /** What is to be answered. */
    enum Outcome {
        /** The whole. */
        MET,
        /** 304. */
        NOT_MODIFIED,
        /** 412. */
        FAILED,
        /** What Range asks for. */
        RANGE
    }

    private Conditions() {}

    /** Whether a request has a header that {@link #evaluate} looks at. */
    static boolean hasAny(Request request) {
        return request.hasHeader("Range")
                || request.hasHeader("If-None-Match")
                || request.hasHeader("If-Modified-Since")
                || request.hasHeader("If-Match")
                || request.hasHeader("If-Unmodified-Since");
    }

    /** In the order of section 13.2.2. */
    static Outcome evaluate(Request request, String etag, long modifiedSeconds) {
        if (request.hasHeader("If-Match")) {
            if (!matches(request, "If-Match", etag, true)) {
                return Outcome.FAILED;
            }
        } else {
            long since = date(request.header("If-Unmodified-Since"));
            if (since != DateParser.NONE && modifiedSeconds > since) {
                return Outcome.FAILED;
            }
        }
        if (request.hasHeader("If-None-Match")) {
            if (matches(request, "If-None-Match", etag, false)) {
                return Outcome.NOT_MODIFIED;
            }
        } else {
            long since = date(request.header("If-Modified-Since"));
            if (since != DateParser.NONE && modifiedSeconds <= since) {
                return Outcome.NOT_MODIFIED;
            }
        }
        // Section 14.2: Range is GET's alone.
        boolean range =
                request.method() == Method.GET
                        && request.headers("Range").size() == 1
                        && isCurrent(request.header("If-Range"), etag);
        return range ? Outcome.RANGE : Outcome.MET;
    }

    /**
     * Section 13.1.5: without If-Range, or if it is strongly the same. No date is: a file that was
     * renamed over this one, or that of another release, may be of the same second, all the more
     * where times are kept when files are copied. No client depends on it: all have the entity tag.
     */
    private static boolean isCurrent(@Nullable String ifRange, String etag) {
        return ifRange == null || ifRange.equals(etag);
    }

    private static long date(@Nullable String value) {
        return value == null ? DateParser.NONE : DateParser.parse(value);
    }

    /**
     * Whether a list of entity tags has {@code etag}. A list that is broken has what comes before
     * the break.
     *
     * @param strong whether one marked as weak is not the same, section 8.8.3.2
     */
    private static boolean matches(Request request, String name, String etag, boolean strong) {
        for (String list : request.headers(name)) {
            if (list.equals("*") || listed(list, etag, strong)) {
                return true;
            }
        }
        return false;
    }

    private static boolean listed(String list, String etag, boolean strong) {
        int at = 0;
        while (at < list.length()) {
            char c = list.charAt(at);
            if (c == ',' || c == ' ' || c == '\t') {
                at++;
                continue;
            }
            boolean weak = list.startsWith("W/", at);
            int start = weak ? at + 2 : at;
            int end = list.startsWith("\"", start) ? list.indexOf('"', start + 1) : -1;
            if (end < 0) {
                return false;
            }
            if (!(weak && strong)
                    && list.regionMatches(start, etag, 0, end + 1 - start)
                    && etag.length() == end + 1 - start) {
                return true;
            }
            at = end + 1;
        }
        return false;
    }
}
