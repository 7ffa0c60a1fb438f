package edgeloop.http;

/**
 * What a handler of {@link Http#serve} has answered up to one moment.
 *
 * @param successful answers with a status of 200 to 299
 * @param redirected answers with a status of 300 to 399
 * @param clientErrors answers with a status of 400 to 499
 * @param serverErrors answers with a status of 500 to 599
 * @param handlerFailures exceptions of handlers, among the server errors
 */
public record HttpStats(
        long successful,
        long redirected,
        long clientErrors,
        long serverErrors,
        long handlerFailures) {

    /** {@return all answers} */
    public long answers() {
        return successful + redirected + clientErrors + serverErrors;
    }
}
