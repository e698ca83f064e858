package io.valise.ipc.services.settings;

import java.util.Optional;

/**
 * A setting that is another one than it was, or a key that was created or deleted. Immutable.
 *
 * @param key the path of the setting's key, empty for the root
 * @param name its name; empty when the key itself was created, with the value {@code true}, or deleted
 * @param value what it is now; empty when there is none any more
 * @since 0.1.0
 */
public record SettingChange(String key, String name, Optional<Object> value) {
    /** Of a setting in the root key. */
    public SettingChange(String name, Optional<Object> value) {
        this("", name, value);
    }
}
