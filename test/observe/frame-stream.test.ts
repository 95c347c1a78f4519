import { expect } from 'chai';
import {
  Control,
  ControlReader,
  formatControl,
  formatFrames,
} from '../../src/observe/frame-stream.ts';

const CONTENT = Buffer.from('protobuf:dnstap.Dnstap').toString('hex');

describe('observe/frame-stream', () => {
  it('writes control frames', () => {
    const ready = `00000000${'00000022'}00000004${'00000001'}00000016${CONTENT}`;
    expect(formatControl(Control.READY).toString('hex')).to.equal(ready);
    expect(formatControl(Control.STOP).toString('hex')).to.equal('000000000000000400000003');
  });

  it('writes data frames behind their length', () => {
    const frames = [Buffer.from('ab'), Buffer.from('')];
    expect(formatFrames(frames).toString('hex')).to.equal('00000002616200000000');
  });

  it('reads control frames, wherever they are cut', () => {
    const octets = Buffer.concat([formatControl(Control.ACCEPT), formatControl(Control.FINISH)]);
    for (let cut = 0; cut <= octets.length; cut++) {
      const reader = new ControlReader();
      const found = [...reader.push(octets.subarray(0, cut)), ...reader.push(octets.subarray(cut))];
      expect(found).to.deep.equal([Control.ACCEPT, Control.FINISH]);
    }
  });

  const wrong = [
    { what: 'data', octets: '0000000261620000', says: /does not speak Frame Streams/ },
    { what: 'a control frame that is too long', octets: '00000000000002010000', says: /does not/ },
    { what: 'a control frame without a type', octets: '0000000000000003', says: /does not speak/ },
    {
      what: 'another content',
      octets: '000000000000000d00000001000000010000000161',
      says: /does not take protobuf:dnstap\.Dnstap/,
    },
    { what: 'no content', octets: '000000000000000400000001', says: /does not take protobuf/ },
  ];
  for (const { what, octets, says } of wrong) {
    it(`does not accept ${what}`, () => {
      expect(() => new ControlReader().push(Buffer.from(octets, 'hex'))).to.throw(says);
    });
  }
});
