package edgeloop.sys;

/**
 * What makes an exception of the {@code -errno} of a call, which this package has none for.
 *
 * @param <X> the exception
 */
public interface Check<X extends Exception> {
    /** Answers {@code result} where it is no failure of {@code call}. */
    int check(String call, int result) throws X;
}
