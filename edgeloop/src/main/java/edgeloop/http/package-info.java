/**
 * HTTP/1.1 and 1.0 on the reactor: {@link edgeloop.http.Http#serve} makes the handlers that {@link
 * edgeloop.Server#start} wants.
 *
 * <pre>{@code
 * Server.start(8080, Http.serve(request -> Response.text(200, "hello\n")));
 * }</pre>
 *
 * <p>The syntax is RFC 9112's, the semantics are RFC 9110's; where leniency would let two servers
 * read one message differently, this one refuses. docs/HTTP.md lists what is supported and why.
 */
@NullMarked
package edgeloop.http;

import org.jspecify.annotations.NullMarked;
