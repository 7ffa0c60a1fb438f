/**
 * What fields and status codes mean, RFC 9110: values made of text and text made of values, without
 * a connection, a request or a file.
 */
@NullMarked
package edgeloop.http.semantics;

import org.jspecify.annotations.NullMarked;
