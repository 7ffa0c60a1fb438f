package edgeloop.cli.load.protocol;

/**
 * A request and its answer.
 *
 * @param request what is sent; on the engine's thread alone once that runs
 * @param answers what is expected
 * @param expected the same in the user's words
 */
public record Exchange(RequestSource request, AnswerReader answers, String expected) {}
