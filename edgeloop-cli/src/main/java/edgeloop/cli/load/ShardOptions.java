package edgeloop.cli.load;

import edgeloop.cli.DurationConverter;
import edgeloop.cli.load.engine.LoadSession;
import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What makes testers on several machines one. */
final class ShardOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** So that a wall clock that is set meanwhile is noticed. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            converter = ShardConverter.class,
            description =
                    "Be the I-th of N testers that send one load together: connections, rates and"
                            + " numbers of requests are of all of them.")
    private Shard shard = Shard.WHOLE;

    @Option(
            names = "--start-at",
            paramLabel = "TIME",
            converter = StartConverter.class,
            description =
                    "Connect, and begin at this time: 12:30:00 (today), 2030-01-31T12:30:00Z or"
                            + " +10s.")
    private @Nullable Instant startAt;

    Shard shard() {
        return shard;
    }

    /** As it stands in the results; null where there is one tester alone. */
    @Nullable String name() {
        return shard.isWhole() ? null : shard.toString();
    }

    /** Refuses what is not the same for all testers. */
    void check(boolean searching) {
        if (searching && !shard.isWhole()) {
            throw usage("--find-max finds the rate of one tester: it goes without --shard");
        }
    }

    /** This tester's part of the value of an option. */
    long part(String option, long total) {
        if (total < shard.count()) {
            throw usage(option + " leaves nothing for some of the shards");
        }
        return shard.partOf(total);
    }

    private ParameterException usage(String message) {
        if (command == null) {
            throw new IllegalStateException("picocli fills this in");
        }
        return new ParameterException(command.commandLine(), message);
    }

    /**
     * Waits for {@code --start-at}, if it was given.
     *
     * @param clock tells the time of day
     * @param log told of the wait
     * @throws CannotRunException if it has passed, or the user ends the run before
     */
    void awaitStart(LoadSession session, InstantSource clock, Consumer<String> log)
            throws CannotRunException, InterruptedException {
        Instant start = startAt;
        if (start == null) {
            return;
        }
        Duration left = Duration.between(clock.instant(), start);
        if (left.isNegative()) {
            throw new CannotRunException(
                    "the connections were there "
                            + Text.millis(left.negated().toNanos() / 1e6)
                            + " after --start-at: let it be later");
        }
        log.accept(Text.format("connected; begins in %.1f s", left.toNanos() / 1e9));
        while (left.isPositive()) {
            Duration wait = left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
            if (session.awaitInterrupt(wait)) {
                throw new CannotRunException("interrupted before --start-at");
            }
            left = Duration.between(clock.instant(), start);
        }
    }

    static final class ShardConverter implements ITypeConverter<Shard> {
        @Override
        public Shard convert(String text) {
            try {
                return Shard.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads a point in time: ISO 8601, a time of today, or a time from now. */
    static final class StartConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            return parse(text, ZonedDateTime.now(ZoneId.systemDefault()));
        }

        /**
         * Reads it.
         *
         * @param now in the zone of times that name none
         */
        static Instant parse(String text, ZonedDateTime now) {
            if (text.startsWith("+")) {
                return now.toInstant().plus(new DurationConverter().convert(text.substring(1)));
            }
            Instant start;
            try {
                start = absolute(text, now);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "must be a time such as 12:30:00, 2030-01-31T12:30:00Z or +10s");
            }
            if (start.isBefore(now.toInstant())) {
                throw new TypeConversionException("must be later than now, " + now.toInstant());
            }
            return start;
        }

        private static Instant absolute(String text, ZonedDateTime now) {
            if (text.indexOf('-') < 0) {
                return now.with(LocalTime.parse(text)).toInstant();
            }
            TemporalAccessor time =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(
                            text, OffsetDateTime::from, LocalDateTime::from);
            return time instanceof OffsetDateTime exact
                    ? exact.toInstant()
                    : LocalDateTime.from(time).atZone(now.getZone()).toInstant();
        }
    }
}
