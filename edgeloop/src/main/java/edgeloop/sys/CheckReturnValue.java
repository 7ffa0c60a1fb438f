package edgeloop.sys;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The results of a type's methods must not be ignored. Error Prone knows the annotation by its
 * name, whatever its package, and makes a call whose result nobody looks at an error.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
public @interface CheckReturnValue {}
