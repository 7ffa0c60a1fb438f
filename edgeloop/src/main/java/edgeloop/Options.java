package edgeloop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Values that are chosen by name: what all options have in common. Immutable, so that any thread
 * may read them: each {@code with} method answers a copy. Two are equal if they are of one class
 * and all their values are.
 *
 * <p>Each option is a line in its class, with its name, its default and its range, and a pair of
 * methods over that.
 */
public abstract class Options {
    /** A bound on timeouts: they are kept as an {@code int} of milliseconds. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(24);

    private final Values values;

    /**
     * Takes the values that a class has, or a copy of them.
     *
     * @param values what {@link Table#defaults} or {@link #with} answers
     */
    protected Options(Values values) {
        this.values = values;
    }

    /**
     * {@return the value of an option}
     *
     * @param option one of this class
     * @param <T> its type
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // Values takes no other; T says whether it is null
    protected final <T extends @Nullable Object> T get(Option<T> option) {
        assert values.table.options.get(option.index) == option : option.name;
        return (T) values.array[option.index];
    }

    /**
     * {@return the values of this, but for one}
     *
     * @param option one of this class
     * @param value what it is to be
     * @param <T> its type
     * @throws IllegalArgumentException if the value is outside its range; the message names it
     */
    protected final <T extends @Nullable Object> Values with(Option<T> option, T value) {
        return values.with(option, value);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof Options options
                && options.getClass() == getClass()
                && Arrays.equals(options.values.array, values.array);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(values.array);
    }

    /** {@return such as {@code TcpOptions[keepAliveIdle=PT0S, keepAliveProbes=9]}} */
    @Override
    public final String toString() {
        var all = new StringJoiner(", ", getClass().getSimpleName() + "[", "]");
        for (Option<?> option : values.table.options) {
            all.add(option.name + "=" + values.array[option.index]);
        }
        return all.toString();
    }

    /** The options that a class knows, in order. Made, and filled, by its initializer alone. */
    protected static final class Table {
        private final List<Option<?>> options = new ArrayList<>();

        /** Creates one without options. */
        public Table() {}

        /**
         * Adds an option.
         *
         * @param name as its accessor is named
         * @param initial its default
         * @param check throws {@link IllegalArgumentException} for what the option can't be; the
         *     message begins with its name
         * @param <T> its type
         * @return the option
         */
        public <T extends @Nullable Object> Option<T> add(String name, T initial, Check<T> check) {
            Option<T> option = new Option<>(name, options.size(), initial, check);
            options.add(option);
            return option;
        }

        /**
         * Adds an option that may be anything but null.
         *
         * @param name as its accessor is named
         * @param initial its default
         * @param <T> its type
         * @return the option
         */
        public <T> Option<T> object(String name, T initial) {
            return add(name, initial, (_, _) -> {});
        }

        /**
         * Adds a number.
         *
         * @param name as its accessor is named
         * @param initial its default
         * @param min the least that it may be
         * @param max the most
         * @return the option
         */
        public Option<Integer> number(String name, int initial, int min, int max) {
            return add(name, initial, (given, value) -> checkRange(given, value, min, max));
        }

        /**
         * Adds a timeout of 0 to 24 days.
         *
         * @param name as its accessor is named
         * @param initial its default
         * @return the option
         */
        public Option<Duration> timeout(String name, Duration initial) {
            return add(name, initial, Options::checkTimeout);
        }

        /** {@return the default of each option} */
        public Values defaults() {
            Object[] initial = options.stream().map(option -> option.initial).toArray();
            return new Values(this, initial);
        }
    }

    /**
     * One option.
     *
     * @param <T> the type of its values
     */
    protected static final class Option<T extends @Nullable Object> {
        private final String name;
        private final int index;
        private final T initial;
        private final Check<T> check;

        private Option(String name, int index, T initial, Check<T> check) {
            this.name = name;
            this.index = index;
            this.initial = initial;
            this.check = check;
        }
    }

    /**
     * Tells what an option can't be.
     *
     * @param <T> the type of its values
     */
    @FunctionalInterface
    protected interface Check<T extends @Nullable Object> {
        /**
         * Throws {@link IllegalArgumentException} for what the option can't be.
         *
         * @param name the option's
         * @param value what it is to be
         */
        void check(String name, T value);
    }

    /** A value for each option of a class. */
    protected static final class Values {
        private final Table table;
        private final @Nullable Object[] array;

        private Values(Table table, @Nullable Object[] array) {
            this.table = table;
            this.array = array;
        }

        /**
         * {@return these values, but for one}
         *
         * @param option one of the same class
         * @param value what it is to be
         * @param <T> its type
         * @throws IllegalArgumentException if the value is outside its range; the message names it
         */
        public <T extends @Nullable Object> Values with(Option<T> option, T value) {
            assert table.options.get(option.index) == option : option.name;
            if (option.initial != null) {
                Objects.requireNonNull(value, option.name);
            }
            option.check.check(option.name, value);
            @Nullable Object[] copy = array.clone();
            copy[option.index] = value;
            return new Values(table, copy);
        }
    }

    /**
     * Throws {@link IllegalArgumentException} for a number that is outside its range.
     *
     * @param name the option's
     * @param value what it is to be
     * @param min the least that it may be
     * @param max the most; {@code Integer.MAX_VALUE} and {@code Long.MAX_VALUE} are none
     */
    protected static void checkRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            boolean bounded = max != Integer.MAX_VALUE && max != Long.MAX_VALUE;
            throw new IllegalArgumentException(
                    name
                            + (bounded
                                    ? " must be from " + min + " to " + max
                                    : " must be at least " + min)
                            + ": "
                            + value);
        }
    }

    private static void checkTimeout(String name, Duration timeout) {
        if (timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(name + " must be from 0 to 24 days: " + timeout);
        }
    }
}
