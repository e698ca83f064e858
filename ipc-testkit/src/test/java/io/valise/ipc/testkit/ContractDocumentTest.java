package io.valise.ipc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/transport-contract.md} and the tests of the kit name the same rules. */
class ContractDocumentTest {
    private static final Pattern RULE = Pattern.compile("(?m)^- \\*\\*([A-Z]\\d\\d)\\*\\* ");
    private static final Pattern TEST = Pattern.compile("([A-Z]\\d\\d)_\\w+");

    @Test
    void everyRuleHasATestAndEveryTestARule() throws IOException {
        String document = Files.readString(Path.of("../docs/transport-contract.md"));
        Set<String> rules = RULE.matcher(document)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(tested()).isEqualTo(rules).hasSizeGreaterThan(150);
    }

    private static Set<String> tested() {
        return Stream.of(LinkContract.class, TransportContract.class)
                .flatMap(contract -> Arrays.stream(contract.getDeclaredClasses()))
                .flatMap(group -> Arrays.stream(group.getSuperclass().getDeclaredMethods()))
                .map(Method::getName)
                .map(TEST::matcher)
                .filter(matcher -> matcher.matches())
                .map(matcher -> matcher.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
