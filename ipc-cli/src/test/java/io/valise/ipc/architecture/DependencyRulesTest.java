package io.valise.ipc.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import io.valise.ipc.IpcException;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.ShutdownHook;
import io.valise.ipc.spi.runtime.Threads;
import java.util.List;
import java.util.Timer;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The dependencies that docs/architecture.md allows, checked on the compiled classes of every module but {@code
 * ipc-spring-boot-starter} and {@code ipc-kotlin}: only these have Spring and Kotlin, and nothing depends on them.
 */
class DependencyRulesTest {
    private static final String[] API = {
        "io.valise.ipc",
        "io.valise.ipc.identity..",
        "io.valise.ipc.runtime..",
        "io.valise.ipc.spi..",
        "io.valise.ipc.internal.."
    };
    private static final String PIPES = "io.valise.ipc.pipes..";
    private static final String SHARED_MEMORY = "io.valise.ipc.sharedmem..";
    private static final String LOOPBACK = "io.valise.ipc.loopback..";
    private static final String NATS = "io.valise.ipc.nats..";
    private static final String SERVICES = "io.valise.ipc.services..";
    private static final String MICROMETER = "io.valise.ipc.micrometer..";
    private static final String OPENTELEMETRY = "io.valise.ipc.opentelemetry..";
    private static final String TESTKIT = "io.valise.ipc.testkit..";
    private static final String TESTLOG = "io.valise.ipc.testlog..";
    private static final String COMMAND = "io.valise.ipc.cli..";

    /** ArchUnit's own option knows the folders of tests of a plain build only, not those of its profiles. */
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.valise.ipc");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".identity",
                ".runtime",
                ".spi",
                ".pipes",
                ".sharedmem",
                ".loopback",
                ".nats",
                ".services",
                ".micrometer",
                ".opentelemetry",
                ".testlog",
                ".testkit",
                ".cli"
            })
    void everyRoomIsLookedAt(String room) {
        assertThat(CLASSES.containPackage("io.valise.ipc" + room)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {PIPES, SHARED_MEMORY, LOOPBACK, NATS})
    void aTransportNeverUsesAnotherNorWhatIsBuiltOnTransports(String transport) {
        String[] others = List.of(
                        PIPES, SHARED_MEMORY, LOOPBACK, NATS, SERVICES, MICROMETER, OPENTELEMETRY, TESTKIT, COMMAND)
                .stream()
                .filter(other -> !other.equals(transport))
                .toArray(String[]::new);
        check(neverUses(transport, others));
    }

    @Test
    void servicesAndTestkitAreTheSameOnEveryTransport() {
        check(neverUses(SERVICES, PIPES, SHARED_MEMORY, LOOPBACK, NATS, MICROMETER, OPENTELEMETRY, TESTKIT, COMMAND));
        check(neverUses(TESTKIT, PIPES, SHARED_MEMORY, LOOPBACK, NATS, SERVICES, MICROMETER, OPENTELEMETRY, COMMAND));
    }

    @Test
    void telemetryNeedsTheApiAlone() {
        check(neverUses(MICROMETER, PIPES, SHARED_MEMORY, LOOPBACK, NATS, SERVICES, OPENTELEMETRY, TESTKIT, COMMAND));
        check(neverUses(OPENTELEMETRY, PIPES, SHARED_MEMORY, LOOPBACK, NATS, SERVICES, MICROMETER, TESTKIT, COMMAND));
    }

    @Test
    void theTestLogNeedsJUnitAlone() {
        check(neverUses(
                TESTLOG, PIPES, SHARED_MEMORY, LOOPBACK, NATS, SERVICES, MICROMETER, OPENTELEMETRY, TESTKIT, COMMAND));
        check(noClasses().that().resideInAPackage(TESTLOG).should().dependOnClassesThat(resideInAnyPackage(API)));
    }

    /** Which room stands on which is a picture in docs/architecture.md. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.valise.ipc.internal.(*)..",
                "io.valise.ipc.pipes.(*)..",
                "io.valise.ipc.loopback.(*)..",
                "io.valise.ipc.nats.(*)..",
                "io.valise.ipc.services.(*)..",
                "io.valise.ipc.testkit.(*)..",
                "io.valise.ipc.cli.(*).."
            })
    void theRoomsOfAModuleUseEachOtherInOneDirection(String rooms) {
        slices().matching(rooms).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theInternalsOfTheApiAreItsOwn() {
        check(noClasses()
                .that(not(resideInAnyPackage(API)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.valise.ipc.internal.."));
    }

    /** So there is no type of a third party in its signatures either. */
    @Test
    void theApiNeedsTheJdkAlone() {
        check(classes()
                .that(resideInAnyPackage(API))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(API)
                        .or(resideInAnyPackage("java..", "jdk.jfr", "jdk.net", "org.jspecify.."))));
    }

    /** NullAway passes over a package without the annotation. */
    @Test
    void everyPackageIsNullMarked() {
        check(classes()
                .should(be(describe(
                        "in a package annotated with @NullMarked",
                        (JavaClass type) -> type.getPackage().isAnnotatedWith(NullMarked.class)))));
    }

    /** The message has the status, the reason has not: a text made of the message would have it in the middle. */
    @Test
    void theLibraryMakesTextsOfTheReasonOfAnIpcException() {
        check(noClasses()
                .that(not(resideInAnyPackage(COMMAND, TESTKIT)))
                .should()
                .callMethod(IpcException.class, "getMessage")
                .orShould()
                .callMethod(IpcException.class, "getLocalizedMessage"));
    }

    /** But what an option of {@code IpcRuntime} has it tell the user. */
    @Test
    void theLibraryPrintsNothing() {
        check(noClasses()
                .that(not(resideInAnyPackage(COMMAND)).and(not(name("io.valise.ipc.runtime.StandardError"))))
                .should(ACCESS_STANDARD_STREAMS));
    }

    /** What a thread that must live logs must not end it: {@code SafeLog} is the one way to log. */
    @Test
    void theLibraryLogsByTheLoggerThatNeverThrows() {
        check(library(SafeLog.class)
                .should()
                .callMethodWhere(target(owner(type(System.class))).and(target(name("getLogger")))));
    }

    /**
     * A thread takes over from the one that makes it what keeps an application's class loader; one place also says what
     * becomes of a thread that the system refuses, and of what a thread throws.
     */
    @Test
    void theLibraryMakesItsThreadsInOnePlace() {
        check(library(Threads.class)
                .should()
                .callConstructorWhere(target(owner(assignableTo(Thread.class))))
                .orShould()
                .callMethodWhere(calls(Thread.class, "start")));
    }

    /**
     * And its pools: their threads end after one idle time, and no task is lost between them. {@code ClientThreads} has no
     * threads: it hands on to such a pool.
     */
    @Test
    void theLibraryMakesItsPoolsInOnePlace() {
        check(library(Threads.class, "io.valise.ipc.spi.runtime.IdleThreadQueue")
                .and(not(name("io.valise.ipc.nats.broker.ClientThreads")))
                .should()
                .callConstructorWhere(target(owner(assignableTo(AbstractExecutorService.class))))
                .orShould()
                .callMethodWhere(target(owner(type(Executors.class)))));
    }

    /** A timer of the JDK's has a thread that keeps what it took over, and tasks that keep what has ended. */
    @Test
    void theLibraryHasOneTimerThatOfTheReadinessLoop() {
        check(library()
                .should()
                .callMethodWhere(calls(CompletableFuture.class, "orTimeout|completeOnTimeout|delayedExecutor"))
                .orShould()
                .dependOnClassesThat(
                        belongToAnyOf(Timer.class, ScheduledExecutorService.class, ScheduledThreadPoolExecutor.class)));
    }

    /** The JVM keeps what a hook refers to until the hook is removed. */
    @Test
    void theLibraryAddsShutdownHooksInOnePlace() {
        check(library(ShutdownHook.class)
                .should()
                .callMethodWhere(calls(Runtime.class, "addShutdownHook|removeShutdownHook")));
    }

    /** A thread that keeps the loader of one application shows it to the others. */
    @Test
    void contextClassLoadersAreSetForNewThreadsAndAroundApplicationsCodeAlone() {
        check(library(Threads.class, "io.valise.ipc.internal.work.Context")
                .should()
                .callMethodWhere(calls(Thread.class, "setContextClassLoader")));
    }

    /** Classes of the library, which runs in programs of others. */
    private static GivenClassesConjunction library() {
        return noClasses().that(not(resideInAnyPackage(COMMAND, TESTKIT, "io.valise.ipc.benchmarks..")));
    }

    private static GivenClassesConjunction library(Class<?> except) {
        return library().and(not(type(except)));
    }

    private static GivenClassesConjunction library(Class<?> except, String andExcept) {
        return library(except).and(not(name(andExcept)));
    }

    private static DescribedPredicate<JavaAccess<?>> calls(Class<?> owner, String names) {
        return target(owner(assignableTo(owner))).and(target(nameMatching(names)));
    }

    /** What it finds depends on who asks, and a broken provider throws: see {@code Providers}. */
    @Test
    void onePieceAsksTheServiceLoader() {
        check(usedBy("java.util.ServiceLoader", "io.valise.ipc.spi.Providers"));
    }

    /** Up to Java 21 a poll of it with a time limit can run without end on a processor (JDK-8301341). */
    @Test
    void nothingPollsALinkedTransferQueue() {
        check(noClasses().should().dependOnClassesThat().belongToAnyOf(LinkedTransferQueue.class));
    }

    /** Locks belong to the process, and any close of the file drops them: see {@code LockFile}. */
    @Test
    void onePieceLocksFiles() {
        check(usedBy("java.nio.channels.FileLock", "io.valise.ipc.spi.runtime.LockFile"));
    }

    private static ArchRule usedBy(String used, String user) {
        return noClasses()
                .that(not(describe(user, (JavaClass type) -> isOrIsIn(type, user))))
                .should()
                .dependOnClassesThat(describe(used, (JavaClass type) -> isOrIsIn(type, used)));
    }

    private static boolean isOrIsIn(JavaClass type, String name) {
        return type.getName().equals(name) || type.getName().startsWith(name + '$');
    }

    private static ArchRule neverUses(String user, String... used) {
        return noClasses()
                .that()
                .resideInAPackage(user)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(used);
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
