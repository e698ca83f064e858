package io.valise.ipc;

/**
 * Receives events of one type: a record, a sealed interface of records or another type of {@link ValueSet#to(Class)}. Called
 * as {@link EventHandler} is; a handler that needs the sender is an {@link EventHandler}.
 *
 * @param <T> the type of the events
 * @since 0.1.0
 */
@FunctionalInterface
public interface TypedEventHandler<T> {
    /**
     * Takes one event. A message that is no {@code T} is logged like an exception of this method, which is not called.
     *
     * @throws Exception as {@link EventHandler#onEvent}
     */
    void onEvent(T event) throws Exception;
}
