/**
 * The syntax of HTTP/1.1 requests, RFC 9112: from the bytes in a buffer to places, numbers and a
 * status to refuse with. Whose bytes they are, and what the answer is, is the business of {@code
 * edgeloop.http}.
 */
@NullMarked
package edgeloop.http.syntax;

import org.jspecify.annotations.NullMarked;
