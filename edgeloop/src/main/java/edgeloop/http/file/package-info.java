/**
 * What files are to HTTP: the name that a path asks for, the type by a name, and the page that
 * lists a directory. When they are opened, kept and sent is the business of {@code edgeloop.http}.
 */
@NullMarked
package edgeloop.http.file;

import org.jspecify.annotations.NullMarked;
