package edgeloop;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What users may call or extend, in one list: a member that appears or goes is a decision. Nothing
 * that an exported type inherits of a hidden one is among it.
 */
class PublicMembersTest {
    private static final Path LIST = Path.of("src", "test", "resources", "public-members.txt");
    private static final Set<String> EXPORTED = Set.of("edgeloop", "edgeloop.http");

    private static Stream<Class<?>> exportedTypes() {
        return new ClassFileImporter()
                .importPath(Path.of("target", "classes")).stream()
                        .filter(type -> EXPORTED.contains(type.getPackageName()))
                        .filter(type -> isVisible(type))
                        .<Class<?>>map(JavaClass::reflect);
    }

    /** To who uses it or, where it can be extended, to who does that. */
    private static boolean isVisible(JavaClass type) {
        boolean isProtected = type.getModifiers().contains(JavaModifier.PROTECTED);
        return type.getEnclosingClass()
                .map(outer -> isVisible(outer) && !(isProtected && isFinal(outer)))
                .map(seen -> seen && (isProtected || isPublic(type)))
                .orElse(isPublic(type));
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC);
    }

    private static boolean isFinal(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.FINAL);
    }

    private static String type(Field field) {
        return (Modifier.isStatic(field.getModifiers()) ? ": static " : ": ")
                + field.getType().getSimpleName();
    }

    private static Stream<Field> protectedFields(Class<?> type) {
        return Modifier.isFinal(type.getModifiers())
                ? Stream.empty()
                : Arrays.stream(type.getDeclaredFields())
                        .filter(field -> Modifier.isProtected(field.getModifiers()));
    }

    private static Stream<Executable> protectedCalls(Class<?> type) {
        return Modifier.isFinal(type.getModifiers())
                ? Stream.empty()
                : Stream.<Executable>concat(
                                Arrays.stream(type.getDeclaredConstructors()),
                                Arrays.stream(type.getDeclaredMethods()))
                        .filter(call -> Modifier.isProtected(call.getModifiers()));
    }

    private static Stream<String> members(Class<?> type) {
        Stream<Executable> constructors = Arrays.stream(type.getConstructors());
        Stream<Executable> methods = Arrays.stream(type.getMethods());
        Stream<String> calls =
                Stream.concat(Stream.concat(constructors, methods), protectedCalls(type))
                        .filter(call -> call.getDeclaringClass() != Object.class)
                        .filter(call -> !isOfAnExportedAncestor(call, type))
                        .filter(call -> !call.isSynthetic())
                        .map(call -> type.getName() + describe(call));
        Stream<String> fields =
                Stream.concat(Arrays.stream(type.getFields()), protectedFields(type))
                        .filter(field -> !isOfAnExportedAncestor(field, type))
                        .map(field -> type.getName() + "." + field.getName() + type(field));
        return Stream.of(Stream.of(type.getName()), calls, fields).flatMap(lines -> lines);
    }

    /** It is listed there. */
    private static boolean isOfAnExportedAncestor(Member member, Class<?> type) {
        Class<?> declaring = member.getDeclaringClass();
        boolean isOurs = declaring.getName().startsWith("edgeloop");
        boolean isSeen =
                EXPORTED.contains(declaring.getPackageName())
                        && Modifier.isPublic(declaring.getModifiers());
        return declaring != type && (isSeen || !isOurs);
    }

    private static String describe(Executable call) {
        String name = call instanceof Method method ? "." + method.getName() : ".new";
        return Arrays.stream(call.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(joining(", ", name + "(", ")" + result(call)));
    }

    private static String result(Executable call) {
        String type = call instanceof Method method ? method.getReturnType().getSimpleName() : "";
        String kind = Modifier.isStatic(call.getModifiers()) ? "static " : "";
        return type.isEmpty() || (type.equals("void") && kind.isEmpty()) ? "" : ": " + kind + type;
    }

    @Test
    void membersAreThoseOfTheList() throws IOException {
        List<String> members =
                exportedTypes().flatMap(PublicMembersTest::members).sorted().distinct().toList();
        assertThat(members).isEqualTo(Files.readAllLines(LIST));
    }

    /**
     * A user who extends an exported class sees its protected members as well. Only a module of
     * ours can extend the one that is not final: what has to be overridden speaks of hidden types.
     */
    @Test
    void whatHasHiddenAncestorsIsFinal() {
        assertThat(exportedTypes())
                .filteredOn(type -> !Modifier.isFinal(type.getModifiers()))
                .filteredOn(
                        type -> {
                            Class<?> parent = type.getSuperclass();
                            return parent != null
                                    && parent.getName().startsWith("edgeloop")
                                    && !EXPORTED.contains(parent.getPackageName());
                        })
                .isEqualTo(List.of(TransportSecurity.class));
    }
}
