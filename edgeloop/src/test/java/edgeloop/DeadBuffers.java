package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Asks each public method of a view, whatever methods there are, whether it throws. */
public final class DeadBuffers {
    private DeadBuffers() {}

    /** Fails unless each public method of {@code view}, but those named, says that it is dead. */
    public static void assertDead(Object view, String... exceptions) {
        Set<String> others = Set.of(exceptions);
        List<Method> methods =
                Arrays.stream(view.getClass().getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .filter(method -> !others.contains(method.getName()))
                        .toList();
        assertThat(methods).hasSizeGreaterThan(10);
        for (Method method : methods) {
            assertThat(catchThrowable(() -> call(view, method)))
                    .as(method.toString())
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    /** Fails unless {@code buffer} is dead. */
    public static void assertDead(IoBuffer buffer) {
        assertDead(buffer, "toString", "invalidate");
        assertThat(buffer).hasToString("IoBuffer[dead]");
    }

    private static void call(Object view, Method method) throws Throwable {
        Object[] arguments =
                Arrays.stream(method.getParameterTypes()).map(DeadBuffers::any).toArray();
        try {
            method.invoke(view, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** 0 for a number, or nothing; of an array, an empty one. */
    private static Object any(Class<?> type) {
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        return type.isPrimitive()
                ? Array.get(Array.newInstance(type, 1), 0)
                : type == String.class ? "x" : null;
    }
}
