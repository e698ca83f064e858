package io.valise.ipc.services.settings;

import java.util.Optional;

/**
 * A setting that is another one than it was. Immutable.
 *
 * @param name its name
 * @param value what it is now; empty when there is none any more
 * @since 0.1.0
 */
public record SettingChange(String name, Optional<Object> value) {}
