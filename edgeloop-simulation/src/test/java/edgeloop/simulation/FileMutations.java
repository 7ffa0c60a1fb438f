package edgeloop.simulation;

import java.util.List;

/** Bugs in how files are served: which version, which part of it, and what stays open. */
final class FileMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "RFC 9110 9.3.2 HEAD is answered with a file",
                            "http/AnswerWriter",
                            "if (http.headOnly) {\n            return;\n        }\n        switch (part) {",
                            "switch (part) {",
                            20_000),
                    new Mutant(
                                    "E55 a file that ends too early is waited for",
                                    "engine/Sender",
                                    "if (sent == 0) {\n            return -Errno.ENODATA;",
                                    "if (sent == 0) {\n            return -Errno.EAGAIN;",
                                    20_000)
                            .rarely(2_001),
                    new Mutant(
                            "E56 dots in a path are not looked at",
                            "http/file/TargetPath",
                            "decoded[0] == '/' && !hasDots(decoded, size)",
                            "decoded[0] == '/'",
                            5_000),
                    new Mutant(
                                    "E56 hidden files are served",
                                    "http/FileServer",
                                    "if (!dotfiles && TargetPath.isHidden(path)) {",
                                    "if (false) {",
                                    20_000)
                            .rarely(1_301),
                    new Mutant(
                            "RFC 9110 12.5.3 a coding is given to who does not take it",
                            "http/Resource",
                            "if (weight > most) {",
                            "if (weight >= most) {",
                            5_000),
                    new Mutant(
                                    "RFC 9110 13.1.5 If-Range is ignored",
                                    "http/Conditions",
                                    "return ifRange == null || ifRange.equals(etag);",
                                    "return true;",
                                    20_000)
                            .rarely(1_001),
                    new Mutant(
                            "RFC 9110 14.1.2 a range ends a byte too early",
                            "http/semantics/ByteRanges",
                            "return bounds[2 * index + 1] - bounds[2 * index] + 1;",
                            "return bounds[2 * index + 1] - bounds[2 * index];",
                            5_000),
                    new Mutant(
                            "RFC 9110 14.2 HEAD has ranges",
                            "http/Conditions",
                            "request.method() == Method.GET\n                        && request",
                            "request",
                            20_000),
                    new Mutant(
                            "E73 a date is told too early",
                            "http/Representation",
                            "private static final int LEAST_AGE_SECONDS = 2;",
                            "private static final int LEAST_AGE_SECONDS = 0;",
                            1_000),
                    new Mutant(
                            "E73 two files of one length and time have one ETag",
                            "FileHandle",
                            "version = mix(version + modifiedNanos);\n        return mix(version + changedNanos);",
                            "return mix(size + modifiedSeconds);",
                            50_000),
                    new Mutant(
                                    "E73 If-Match takes a weak tag",
                                    "http/Conditions",
                                    "if (!(weak && strong)",
                                    "if (true",
                                    20_000)
                            .rarely(25_001),
                    new Mutant(
                                    "E74 an open file promises a length that it does not have",
                                    "http/Resource",
                                    "return representation.isUnchanged() ? representation.answer(request) : null;",
                                    "return representation.answer(request);",
                                    50_000)
                            .rarely(8_001),
                    new Mutant(
                                    "E74 a change is noticed after a minute",
                                    "http/Resource",
                                    "private static final long CURRENT_NANOS = 1_000_000_000L;",
                                    "private static final long CURRENT_NANOS = 60_000_000_000L;",
                                    20_000)
                            .rarely(4_801),
                    new Mutant(
                                    "E74 a switched root goes unnoticed",
                                    "http/FileServer",
                                    "if (open.renew()) {",
                                    "if (false) {",
                                    20_000)
                            .rarely(1_001),
                    new Mutant(
                            "E74 a descriptor that nobody needs is kept",
                            "http/FileServer",
                            "sweepIn(SWEEP);\n        }\n        return resource",
                            "}\n        return resource",
                            20_000),
                    new Mutant(
                            "E74 the descriptor of a file that changed is not given back",
                            "http/FileCache",
                            "descriptors -= resource.descriptors();\n        resource.close();",
                            "descriptors -= resource.descriptors();",
                            20_000),
                    new Mutant(
                                    "E66 a list that fails keeps its directory open",
                                    "http/Lister",
                                    "job.close();\n                jobs.removeFirst();",
                                    "jobs.removeFirst();",
                                    50_000)
                            .rarely(5_001),
                    new Mutant(
                            "E66 a disk that fails is 404",
                            "http/FileServer",
                            "case \"ENOENT\", \"ENOTDIR\", \"ENAMETOOLONG\" -> NOT_FOUND;",
                            "case \"ENOENT\", \"ENOTDIR\", \"ENAMETOOLONG\", \"EIO\" -> NOT_FOUND;",
                            20_000),
                    new Mutant(
                                    "E48 a file system without sendfile is an error",
                                    "engine/Sender",
                                    "} else if (sent == -Errno.EINVAL || sent == -Errno.ENOSYS || sent == -Errno.EOPNOTSUPP) {",
                                    "} else if (sent == -Errno.ENOSYS) {",
                                    20_000)
                            .rarely(6_001),
                    new Mutant(
                                    "E48 what is read in the place of sendfile is sent twice",
                                    "engine/Sender",
                                    "queue.remove(segments, read);\n        segment.filled(read);",
                                    "segment.filled(read);",
                                    20_000)
                            .rarely(2_401),
                    new Mutant(
                                    "RFC 9110 13.1.3 a date counts beside If-None-Match",
                                    "http/Conditions",
                                    "                return Outcome.NOT_MODIFIED;\n            }\n        } else {",
                                    "                return Outcome.NOT_MODIFIED;\n            }\n        }\n        {",
                                    20_000)
                            .rarely(801));

    private FileMutations() {}
}
