package edgeloop;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import edgeloop.sys.LinuxSyscalls;
import edgeloop.sys.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The arrows between the packages point down only, and the kernel is met in one place. */
class ArchitectureTest {
    private static final String MOVES = "accept|connect|recv|send|sendMore|sendFile|epoll.*";

    private static final JavaClasses LIBRARY =
            new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void sysAndTimerStandOnNothingOfOurs() {
        onlyDepends("edgeloop.sys");
        onlyDepends("edgeloop.timer");
    }

    @Test
    void pollAndBufferStandOnSysAlone() {
        onlyDepends("edgeloop.poll", "edgeloop.sys");
        onlyDepends("edgeloop.buffer", "edgeloop.sys");
    }

    /** It moves bytes, and does not know whose they are. */
    @Test
    void engineStandsOnThoseAlone() {
        onlyDepends("edgeloop.engine", "edgeloop.poll", "edgeloop.buffer", "edgeloop.sys");
    }

    /** What changes bytes is handed them in memory, and knows no socket. */
    @Test
    void layerStandsOnBufferAlone() {
        onlyDepends("edgeloop.layer", "edgeloop.buffer");
    }

    /** It turns reactors, and does not know what is in them. */
    @Test
    void platformStandsOnSysAndBuffer() {
        onlyDepends("edgeloop.platform", "edgeloop.buffer", "edgeloop.sys");
    }

    /** So the core knows no protocol: one has a package of its own, above. */
    @Test
    void coreStandsOnTheHiddenPackagesAlone() {
        onlyDepends(
                "edgeloop",
                "edgeloop.platform",
                "edgeloop.engine",
                "edgeloop.layer",
                "edgeloop.timer",
                "edgeloop.buffer",
                "edgeloop.sys");
    }

    /** Edges and completions are the engine's private matter. */
    @Test
    void readinessIsKnownToTheEngineAlone() {
        noClasses()
                .that()
                .resideInAPackage("edgeloop")
                .and()
                .doNotHaveFullyQualifiedName("edgeloop.ReactorListener") // names them for people
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("edgeloop.sys.EpollEvents")
                .check(LIBRARY);
        noClasses()
                .that()
                .resideInAPackage("edgeloop")
                .should()
                .callMethodWhere(
                        describe(
                                "moves bytes or waits",
                                call ->
                                        call.getTargetOwner().isAssignableTo(Syscalls.class)
                                                && call.getName().matches(MOVES)))
                .check(LIBRARY);
    }

    /** A protocol is written as users write theirs. */
    @Test
    void httpStandsOnThePublicCoreAlone() {
        onlyDepends(
                "edgeloop.http",
                "edgeloop.http.file",
                "edgeloop.http.semantics",
                "edgeloop.http.syntax",
                "edgeloop");
    }

    /** They know buffers and files, and no request, answer or connection. */
    @Test
    void hiddenRoomsOfHttpStandOnItsSyntaxAlone() {
        onlyDepends("edgeloop.http.file", "edgeloop.http.syntax", "edgeloop");
        onlyDepends("edgeloop.http.semantics", "edgeloop.http.syntax");
        onlyDepends("edgeloop.http.syntax", "edgeloop");
    }

    private static void onlyDepends(String upper, String... lower) {
        String[] allowed =
                Stream.of(Stream.of(lower), Stream.of(upper, "java..", "org.jspecify.annotations"))
                        .flatMap(names -> names)
                        .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(upper)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .check(LIBRARY);
    }

    @Test
    void moduleNeedsJavaBaseAndExportsTheCoreAndItsProtocols() {
        ModuleDescriptor module = Server.class.getModule().getDescriptor();

        assertThat(module.requires().stream().collect(toMap(Requires::name, Requires::modifiers)))
                .containsOnly(
                        entry("java.base", Set.of(Requires.Modifier.MANDATED)),
                        entry("org.jspecify", Set.of(Requires.Modifier.STATIC)));
        assertThat(module.exports())
                .filteredOn(
                        exports -> !exports.isQualified()) // to edgeloop.simulation, edgeloop.tls
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder("edgeloop", "edgeloop.http");
    }

    @Test
    void usersMeetTypesOfExportedPackagesAlone() {
        DescribedPredicate<JavaClass> hidden =
                resideInAnyPackage(
                        "edgeloop.sys",
                        "edgeloop.poll",
                        "edgeloop.buffer",
                        "edgeloop.timer",
                        "edgeloop.engine",
                        "edgeloop.layer",
                        "edgeloop.platform",
                        "edgeloop.http.file",
                        "edgeloop.http.semantics",
                        "edgeloop.http.syntax");
        DescribedPredicate<JavaClass> seen =
                not(hidden).and(modifier(JavaModifier.PUBLIC).or(modifier(JavaModifier.PROTECTED)));
        callsNoneOf(hidden, seen, JavaModifier.PUBLIC);
        // Nobody extends a final class, and so sees what is protected in it.
        callsNoneOf(hidden, seen.and(not(modifier(JavaModifier.FINAL))), JavaModifier.PROTECTED);
        noFields()
                .that()
                .arePublic()
                .or()
                .areProtected()
                .and()
                .areDeclaredInClassesThat(seen)
                .should()
                .haveRawType(hidden)
                .check(LIBRARY);
    }

    private static void callsNoneOf(
            DescribedPredicate<JavaClass> hidden,
            DescribedPredicate<JavaClass> declaring,
            JavaModifier visibility) {
        noCodeUnits()
                .that()
                .areDeclaredInClassesThat(declaring)
                .and()
                .haveModifier(visibility)
                .should()
                .haveRawReturnType(hidden)
                .orShould()
                .haveRawParameterTypes(anyElementThat(hidden))
                .check(LIBRARY);
    }

    @Test
    void nativeCodeIsLinkedInOneClass() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("edgeloop.sys.SystemCall")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class)
                .orShould()
                .callMethodWhere(namedOneOf("load", "loadLibrary"))
                .check(LIBRARY);
    }

    /** Memory that the JVM does not look after begins in the package that maps it. */
    @Test
    void addressesBecomeMemoryInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("edgeloop.sys")
                .should()
                .callMethodWhere(namedOneOf("reinterpret"))
                .check(LIBRARY);
    }

    /** Closing a shared arena is a handshake with every thread of the JVM. */
    @Test
    @DisplayName("E45 no arena is shared between threads")
    void noArenaIsShared() {
        noClasses().should().callMethod(Arena.class, "ofShared").check(LIBRARY);
    }

    /** What is not asked through the seam, a simulated kernel cannot answer. */
    @Test
    void timeIsAskedInOneClass() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(LinuxSyscalls.class)
                .should()
                .callMethodWhere(namedOneOf("nanoTime", "currentTimeMillis", "now"))
                .check(LIBRARY);
    }

    /** Methods of the JDK: ours may have these names. */
    private static DescribedPredicate<JavaCall<?>> namedOneOf(String... names) {
        return describe(
                "is to one of the JDK's methods " + String.join(", ", names),
                call ->
                        call.getTargetOwner().getPackageName().startsWith("java.")
                                && Set.of(names).contains(call.getName()));
    }
}
