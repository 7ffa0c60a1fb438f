package edgeloop.cli;

import edgeloop.HandshakeStats;
import edgeloop.ServerStats;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Makes {@link ServerStats} of the few figures that a test is about; the others are 0. */
final class StatsFixture {
    private StatsFixture() {}

    /** Stats with these figures, by the names of the record's components. */
    static ServerStats of(Map<String, ? extends Number> figures) {
        RecordComponent[] components = ServerStats.class.getRecordComponents();
        Set<String> unknown = new HashSet<>(figures.keySet());
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            Number value = figures.containsKey(name) ? figures.get(name) : 0;
            values[i] = valueOf(components[i].getType(), value);
            unknown.remove(name);
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no such figures: " + unknown);
        }
        try {
            Class<?>[] types =
                    Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            return ServerStats.class.getConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static Object valueOf(Class<?> type, Number value) {
        if (type == HandshakeStats.class) {
            return new HandshakeStats(0, 0, 0, 0, 0, 0, 0);
        }
        return type == int.class ? (Object) value.intValue() : (Object) value.longValue();
    }
}
