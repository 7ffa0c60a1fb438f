package edgeloop.cli.load.protocol;

/**
 * A request and its answer.
 *
 * @param request what is sent
 * @param answers what is expected
 * @param expected the same in the user's words
 */
public record Exchange(Payload request, AnswerReader answers, String expected) {}
