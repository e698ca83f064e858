/** The calls of Win32 answered by the kernel32 of Wine: a C program under Wine offers them over its standard streams. */
package io.valise.ipc.pipes.windows.wine;
