package io.valise.ipc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
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

/** Who tests the tests: for every flaw a transport could have, the rule meant to catch it catches it. */
@Timeout(120)
class KitCatchesFlawsTest {
    @ParameterizedTest
    @EnumSource(Flaw.class)
    void ruleFails(Flaw flaw) {
        FlawedLinkContract.flaw = flaw;
        Failures failures = new Failures();
        LauncherFactory.create().execute(request(flaw.rule()), failures);
        assertThat(failures.ran).as("tests of rule " + flaw.rule()).isPositive();
        assertThat(failures.failed).isNotEmpty().allMatch(name -> name.startsWith(flaw.rule() + "_"));
    }

    private static LauncherDiscoveryRequest request(String rule) {
        PostDiscoveryFilter only = test ->
                FilterResult.includedIf(isClass(test) || test.getDisplayName().startsWith(rule + "_"));
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(FlawedLinkContract.class))
                .filters(only)
                .configurationParameter("valise.testkit.hangSeconds", "2")
                .build();
    }

    private static boolean isClass(TestDescriptor test) {
        return test.getSource().filter(ClassSource.class::isInstance).isPresent() || test.isRoot();
    }

    private static final class Failures implements TestExecutionListener {
        private final List<String> failed = new ArrayList<>();
        private int ran;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                ran++;
                if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                    failed.add(test.getLegacyReportingName());
                }
            }
        }
    }
}
