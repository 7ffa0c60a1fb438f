package edgeloop.cli;

/** Entry point of {@code loadtest}. */
final class LoadTestMain {
    private LoadTestMain() {}

    public static void main(String[] args) {
        System.err.println("loadtest is not part of this build yet");
        System.exit(1);
    }
}
