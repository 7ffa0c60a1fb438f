package edgeloop.cli.load.result;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import edgeloop.cli.load.message.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Results in JSON, RFC 8259. */
public final class ResultsFile {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private ResultsFile() {}

    public static String toJson(Results results) {
        return GSON.toJson(results) + "\n";
    }

    /**
     * Reads what {@code --json} wrote.
     *
     * @throws CannotRunException if it cannot be read, or is something else
     */
    public static Results read(Path file) throws CannotRunException {
        Results results;
        try {
            results = GSON.fromJson(Files.readString(file), Results.class);
        } catch (IOException e) {
            throw new CannotRunException(
                    "cannot read " + file + ": " + CannotRunException.reason(e));
        } catch (JsonParseException e) {
            throw new CannotRunException(file + " is not JSON");
        }
        if (results == null || !Results.SCHEMA.equals(results.schema())) {
            throw new CannotRunException(
                    file + " is not the result of a run: make one with loadtest --json");
        }
        return results;
    }
}
