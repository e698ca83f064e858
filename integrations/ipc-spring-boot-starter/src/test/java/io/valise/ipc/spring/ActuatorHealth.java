package io.valise.ipc.spring;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** What the endpoint {@code health} of Actuator says of {@code ipc}. Its types differ between versions of Spring Boot. */
record ActuatorHealth(String status, Map<?, ?> servers, Map<?, ?> clients) {
    private static final SpelExpressionParser EXPRESSIONS = new SpelExpressionParser();

    static ActuatorHealth of(ApplicationContext context) {
        Object health = asked(context);
        return new ActuatorHealth(
                read(health, "status.code", String.class),
                read(health, "details['servers']", Map.class),
                read(health, "details['clients']", Map.class));
    }

    /** The answer; null when no contributor has the name. */
    static @Nullable Object asked(ApplicationContext context) {
        return EXPRESSIONS
                .parseExpression("getBean('healthEndpoint').healthForPath('ipc')")
                .getValue(context);
    }

    private static <T> T read(@Nullable Object health, String what, Class<T> type) {
        T read = EXPRESSIONS.parseExpression(what).getValue(health, type);
        if (read == null) {
            throw new AssertionError(what + " of " + health);
        }
        return read;
    }
}
