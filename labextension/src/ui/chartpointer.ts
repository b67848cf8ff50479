/** The place under the pointer: told to the legend, and to the other charts. */

import type uPlot from 'uplot';

export class ChartPointer {
  /**
   * @param node - around the plot; who has the pointer or the focus leads the others
   * @param told - called with the place in this chart
   * @param pointed - called with the place for the other charts
   */
  constructor(
    private node: Element,
    private told: (place: number | undefined) => void,
    private pointed?: (place: number | null) => void
  ) {}

  /** The cursor has moved; once it has left, the others are told so. */
  moved(plot: uPlot): void {
    const place = this._tell(plot) ?? null;
    const isHere = this.node.matches(':hover, :focus');
    if (isHere || this._isLeading) {
      this.pointed?.(isHere ? place : null);
    }
    this._isLeading = isHere;
  }

  /** Show the place that is under the pointer in another chart; none where it is null. */
  show(plot: uPlot, place: number | null): void {
    const isThere = place !== null && Number.isFinite(place);
    plot.setCursor({ left: isThere ? plot.valToPos(place, 'x') : -10, top: -10 }, false);
    this._tell(plot);
  }

  /** Lines or scale are others now; the plot has taken them over behind what runs. */
  refresh(plot: uPlot): void {
    const { left = -1, top = -1 } = plot.cursor;
    if (left >= 0) {
      queueMicrotask(() => {
        plot.setCursor({ left, top }, false);
        this._tell(plot);
      });
    }
  }

  private _tell(plot: uPlot): number | undefined {
    const { idx } = plot.cursor;
    const place = typeof idx === 'number' ? plot.data[0][idx] : undefined;
    this.told(place);
    return place;
  }

  private _isLeading = false;
}
