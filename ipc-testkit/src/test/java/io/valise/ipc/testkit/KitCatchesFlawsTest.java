package io.valise.ipc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The kit itself is tested: for every flaw that a transport could have, the rule that is meant to catch it fails. The rules run at
 * the same time, since those that find a hang do nothing but wait for the watchdog.
 */
class KitCatchesFlawsTest {
    private static final ExecutorService EXECUTOR = Executors.newCachedThreadPool();
    private static final Map<Flaw, Future<Failures>> FOUND = new EnumMap<>(Flaw.class);

    @BeforeAll
    static void testEveryFlaw() {
        for (Flaw flaw : Flaw.values()) {
            FOUND.put(flaw, EXECUTOR.submit(() -> Failures.with(flaw)));
        }
    }

    @AfterAll
    static void end() {
        EXECUTOR.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(Flaw.class)
    void ruleFails(Flaw flaw) throws Exception {
        Failures failures = FOUND.get(flaw).get();
        assertThat(failures.ran).as("tests of rule " + flaw.rule()).isPositive();
        assertThat(failures.failed).isNotEmpty();
        assertThat(failures.failed.keySet()).allMatch(name -> name.startsWith(flaw.rule() + "_"));
        if (!flaw.hangs()) {
            assertThat(failures.failed.values())
                    .allSatisfy(failure -> assertThat(failure)
                            .as("found by an assertion, not because the test was slow")
                            .hasMessageNotContaining("hung: limit="));
        }
    }

    private static final class Failures implements TestExecutionListener {
        private final Map<String, Throwable> failed = new TreeMap<>();
        private int ran;

        static Failures with(Flaw flaw) {
            Failures failures = new Failures();
            LauncherFactory.create().execute(request(flaw), failures);
            return failures;
        }

        private static LauncherDiscoveryRequest request(Flaw flaw) {
            PostDiscoveryFilter only = test -> FilterResult.includedIf(
                    isClass(test) || test.getDisplayName().startsWith(flaw.rule() + "_"));
            return LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(FlawedLinkContract.class))
                    .filters(only)
                    .configurationParameter(FlawedLinkContract.FLAW, flaw.name())
                    .configurationParameter("valise.testkit.hangSeconds", flaw.hangs() ? "2" : "150")
                    .build();
        }

        private static boolean isClass(TestDescriptor test) {
            return test.getSource().filter(ClassSource.class::isInstance).isPresent() || test.isRoot();
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                ran++;
                result.getThrowable().ifPresent(failure -> failed.put(test.getLegacyReportingName(), failure));
            }
        }
    }
}
