(** * Gaussian latents

    Integrals over R^n are iterated: over the last coordinates first, each of them an improper integral over the
    line.  The densities are normalised by their integral, whose value (2 pi)^(n/2) (det Sigma)^(1/2) is not needed. *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces pseudoinverse differential expansions.
From Geometry.thm53 Require Import order bell blocks.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Density.
Variable F : realFieldType.

(** The exponent - y^T Q y / 2. *)
Definition exponent n (Q : 'M[F]_n) (y : 'rV[F]_n) : F := - (quad Q y / 2%:R).

(** The log-density of N(mean, Sigma) at x up to a constant: - (x - mean)^T Sigma^-1 (x - mean) / 2. *)
Definition log_density n (Sigma : 'M[F]_n) (mean x : 'rV[F]_n) : F := exponent (invmx Sigma) (x - mean).

(** The score of N(theta P^T, S) at u. *)
Lemma gradient_log_density p k (S : 'M[F]_k) (P : 'M[F]_(k, p)) (theta : 'rV[F]_p) (u : 'rV[F]_k) :
  sym S ->
  gradient (fun t => log_density S (t *m P^T) u) theta ((u - theta *m P^T) *m (invmx S *m P)).
Proof.
move=> sS; set Q := invmx S; have sQ : sym Q by rewrite /sym trmx_inv sS.
pose A := P^T *m Q *m P; set w := u - theta *m P^T.
apply: (@differential_quadratic _ _ _ _ _ _ (norm1 A) 1) => // v _.
have -> : (log_density S ((theta + v) *m P^T) u)%:M - (log_density S (theta *m P^T) u)%:M
  - v *m (w *m (Q *m P))^T = (- (quad A v / 2%:R))%:M :> 'rV_1.
  rewrite /log_density -/Q -/w; have -> : u - (theta + v) *m P^T = w + - (v *m P^T) by rewrite mulmxDl opprD addrA.
  rewrite /exponent quadD_sym // quadN formNr -quad_pull -/A.
  have -> : v *m (w *m (Q *m P))^T = (form Q w (v *m P^T))%:M.
    by rewrite [LHS]mx11_scalar (form_sym _ _ sQ) /form !trmx_mul sQ !mulmxA.
  by rewrite -!raddfB /=; congr (_%:M); set y := form _ _ _; set q := quad Q w; set r := quad A v; field.
rewrite norm1_scalar normrN normrM normfV [`|2%:R|]ger0_norm ?ler0n //.
apply: le_trans _ (quad_norm1 A v); rewrite ler_pdivr_mulr ?ltr0n //.
by rewrite ler_pemulr ?normr_ge0 // ler1n.
Qed.

End Density.

(** [f] has the integral [I] over R^n: over the line of the integrals over R^(n-1) at each value of the first coordinate. *)
Fixpoint integral (n : nat) : ('rV[R]_n -> R) -> R -> Prop :=
  match n return ('rV[R]_n -> R) -> R -> Prop with
  | 0 => fun f I => I = f 0
  | n'.+1 => fun f I => exists2 g : R -> R,
      forall x, @integral n' (fun w => f (row_mx (x%:M : 'M_1) w)) (g x) & line_integral g I
  end.

(** [I] is the Fisher information about the parameter at theta of the laws on R^n with the densities exp(l theta z) / Z: the integral Z of exp(l t z) over z is the same positive number for every t, and I is the mean of score^T score, where the score is the gradient of l in theta. *)
Definition fisher_density p n (l : 'rV[R]_p -> 'rV[R]_n -> R) (theta : 'rV_p) (I : 'M_p) : Prop :=
  exists2 Z : R, 0 < Z /\ (forall t, integral (fun z => exp (l t z)) Z) &
  exists2 score : 'rV_n -> 'rV_p, forall z, gradient (l ^~ z) theta (score z) &
    forall i j, integral (fun z => score z 0 i * score z 0 j * exp (l theta z))%R (Z * I i j)%R.

Lemma integral_ext n (f g : 'rV[R]_n -> R) I : (forall x, f x = g x) -> integral f I -> integral g I.
Proof.
elim: n f g I => [|n IH] f g I e /=; first by rewrite e.
by case=> F HF HI; exists F => // x; apply: IH (HF x) => w; exact: e.
Qed.

Lemma integralZ n c (f : 'rV[R]_n -> R) I : integral f I -> integral (fun x => c * f x)%R (c * I)%R.
Proof.
elim: n f I => [|n IH] f I /=; first by move->.
case=> F HF HI; exists (fun x => c * F x)%R => [x|]; first exact: IH.
exact: line_integralZ.
Qed.

Lemma exponent_split n (Q : 'M[R]_(1 + n)) (y : R) (w : 'rV[R]_n) : pd Q ->
  exp (exponent Q (row_mx y%:M w)) = (bell (schur Q) y * exp (exponent (rest Q) (w + y *: pull Q)))%R.
Proof.
move=> pQ; rewrite /exponent quad_split // /bell -[RHS]/(Rmult _ _) -exp_plus; congr exp.
move: (quad _ _) (schur Q) => q s; have two : (2%:R : R) = IZR 2 by [].
have two0 : (IZR 2 : R) != 0 by rewrite -two pnatr_eq0.
have e (x : R) : Rdiv x (IZR 2) = x / 2%:R by rewrite RdivE.
by rewrite !RplusE !RoppE !RmultE !e; field.
Qed.

Lemma arrange (a b y c p d q u v B E : R) :
  (B * ((a + y * (c - p) + u) * (b + y * (d - q) + v) * E) =
   (a + (y * c + (u - y * p))) * (b + (y * d + (v - y * q))) * (B * E))%R.
Proof. ring. Qed.

(** The integral of a product of two affine functions against exp(- (x - mu)^T Q (x - mu) / 2). *)
Lemma gaussian_moments n (Q : 'M[R]_n) : pd Q -> exists2 Z : R, 0 < Z &
  forall (mu : 'rV_n) (a b : R) (c d : 'rV_n),
  integral (fun x => (a + dot c (x - mu)) * (b + dot d (x - mu)) * exp (exponent Q (x - mu)))
    (Z * (a * b + form (invmx Q) c d))%R.
Proof.
elim: n Q => [|n IH] Q pQ.
  exists 1; rewrite ?ltr01 // => mu a b c d /=.
  have z (x : 'rV[R]_0) : x = 0 by apply/rowP; case.
  have d0 : dot (0 : 'rV[R]_0) 0 = 0 by rewrite /dot mul0mx mxE.
  rewrite /exponent (z (0 - mu)) (z c) (z d) quad0 form0l !d0 mul0r oppr0 !addr0 mul1r.
  by rewrite (_ : exp 0 = 1) ?mulr1 //; exact: exp_0.
have [Z Z0 HZ] := IH _ (rest_pd pQ).
have s0 := schur_gt0 pQ; set s := schur Q in s0.
have [Y Y0' HY] := bell_integrals (elimT (RltP _ _) s0); have Y0 : 0 < Y by apply/RltP.
exists (Z * Y)%R; first by rewrite mulr_gt0.
move=> mu a b c d; set m := dot mu (e1 _ n); set nu := mu *m (incl _ n)^T.
pose ec := dot c (e1 _ n) - dot (pull Q) (c *m (incl _ n)^T).
pose ed := dot d (e1 _ n) - dot (pull Q) (d *m (incl _ n)^T).
set c' := c *m _ in ec *; set d' := d *m _ in ed *.
have moved (x : R) (w : 'rV[R]_n) : row_mx x%:M w - mu = row_mx (x - m)%:M (w - nu).
  have muE : mu = row_mx m%:M nu by rewrite split_row -split_any.
  by rewrite {1}muE -[LHS]/(row_mx x%:M w - row_mx m%:M nu) opp_row_mx add_row_mx raddfB.
have affine (v : 'rV[R]_(1 + n)) (y : R) (w : 'rV[R]_n) :
    dot v (row_mx y%:M w) = y * dot v (e1 _ n) + dot (v *m (incl _ n)^T) w.
  rewrite split_row dotC dotDl dotZl [dot (e1 _ _) v]dotC; congr (_ + _).
  by rewrite dotMl dotC.
have e (v u : 'rV[R]_n) y : dot v (u - y *: pull Q) = dot v u - y * dot (pull Q) v.
  by rewrite dotC dotDl dotNl dotZl dotC.
pose g (x : R) : R := (bell s (x - m)%R * (Z * ((a + (x - m) * ec) * (b + (x - m) * ed) + form (invmx (rest Q)) c' d')))%R.
exists g => [x|].
  have := integralZ (bell s (x - m)%R)
    (HZ (nu - (x - m) *: pull Q) (a + (x - m) * ec)%R (b + (x - m) * ed)%R c' d').
  apply: integral_ext => w; rewrite (moved x w) (affine c) (affine d) -/c' -/d'.
  have -> : w - nu = w - (nu - (x - m) *: pull Q) - (x - m) *: pull Q.
    by rewrite opprB addrA addrAC addrK.
  move: (w - (nu - (x - m) *: pull Q)) (x - m)%R => u y.
  rewrite (exponent_split y _ pQ) subrK -/s (e c') (e d').
  exact: arrange.
have [H0 H1 H2] := HY m; set q := form (invmx (rest Q)) c' d' in g *.
pose k0 : R := (Z * (a * b + q))%R; pose k1 : R := (Z * (a * ed + ec * b))%R; pose k2 : R := (Z * (ec * ed))%R.
have L := line_integralD (line_integralD (line_integralZ (c := k0) H0) (line_integralZ (c := k1) H1)) (line_integralZ (c := k2) H2).
have E : (k0 * Y + k1 * 0 + k2 * (Y / s))%R = (Z * Y * (a * b + form (invmx Q) c d))%R.
  rewrite form_inverse // -/c' -/d' -/q -/ec -/ed -/s /k0 /k1 /k2.
  by field; rewrite gt_eqF.
rewrite -E; move: L; rewrite RdivE ?gt_eqF //; apply: line_integral_ext => x.
by rewrite /g /k0 /k1 /k2 !RplusE !RmultE !RminusE; move: (bell s (x - m)%R) (x - m)%R => B y; ring.
Qed.

Lemma pd_inv n (A : 'M[R]_n) : pd A -> pd (invmx A).
Proof.
move=> pA; have uA := pd_unit pA; have sA : sym A by case: pA.
have sI : sym (invmx A) by rewrite /sym trmx_inv sA.
split=> // x x0; have -> : quad (invmx A) x = quad A (x *m invmx A).
  by rewrite /quad /form trmx_mul sI mulmxKV // mulmxA.
case: pA => _; apply; apply: contraNneq x0 => e.
by rewrite -[x](mulmxKV uA) e mul0mx.
Qed.

Lemma fisher_density_ext p n (l l' : 'rV[R]_p -> 'rV[R]_n -> R) theta I :
  (forall t z, l t z = l' t z) -> fisher_density l theta I -> fisher_density l' theta I.
Proof.
move=> e [Z [Z0 HZ] [score G M]]; exists Z.
  by split=> // t; apply: integral_ext (HZ t) => z; rewrite e.
exists score => [z eps e0|i j]; last by apply: integral_ext (M i j) => z; rewrite e.
by have [dl d0 H] := G z eps e0; exists dl => // v /H; rewrite !e.
Qed.

(** The Fisher information about t of N(t P^T, S) is P^T S^-1 P. *)
Lemma fisher_normal p k (S : 'M[R]_k) (P : 'M[R]_(k, p)) (theta : 'rV[R]_p) : pd S ->
  fisher_density (fun t u => log_density S (t *m P^T) u) theta (P^T *m invmx S *m P).
Proof.
move=> pS; have sS : sym S by case: pS.
have sI : (invmx S)^T = invmx S by rewrite trmx_inv sS.
have [Z Z0 HZ] := gaussian_moments (pd_inv pS); exists Z.
  split=> // t; have := HZ (t *m P^T) 1%R 1%R 0 0; rewrite form0l addr0 !mulr1.
  by apply: integral_ext => u; rewrite /dot !mul0mx mxE addr0 !mul1r.
exists (fun u => (u - theta *m P^T) *m (invmx S *m P)) => [u|i j].
  exact: gradient_log_density.
pose c i := row i (P^T *m invmx S).
have cE u l : ((u - theta *m P^T) *m (invmx S *m P)) 0 l = dot (c l) (u - theta *m P^T).
  have -> : invmx S *m P = (P^T *m invmx S)^T by rewrite trmx_mul trmxK sI.
  move: (u - _) => w; rewrite forms.dotC /dot /c tr_row [LHS]mxE [RHS]mxE.
  by apply: eq_bigr => r _; rewrite !mxE.
have := HZ (theta *m P^T) 0%R 0%R (c i) (c j).
have -> : (0 * 0 + form (invmx (invmx S)) (c i) (c j))%R = (P^T *m invmx S *m P) i j.
  rewrite mul0r add0r invmxK /form /c -row_mul mulmxKV ?pd_unit //.
  have -> : P^T *m invmx S *m P = P^T *m (P^T *m invmx S)^T by rewrite trmx_mul trmxK sI mulmxA.
  by move: (P^T *m invmx S) P^T => B C; rewrite !mxE; apply: eq_bigr => l _; rewrite !mxE.
apply: integral_ext => u; rewrite !add0r -/(log_density S (theta *m P^T) u).
by rewrite -!cE.
Qed.

(** For z ~ N(theta, Sigma) and P z ~ N(P theta, P Sigma P^T), with P onto and ker P = V: I_z = Sigma^-1 and I_h = P^T (P Sigma P^T)^-1 P = I_z / V. *)
Theorem part_gaussian p k m (theta : 'rV[R]_p) (Sigma : 'M[R]_p) (P : 'M[R]_(k, p)) (V : 'M[R]_(m, p)) :
  pd Sigma -> \rank P = k -> (V :=: ker P)%MS ->
  [/\ fisher_density (fun t z => log_density Sigma t z) theta (invmx Sigma),
      fisher_density (fun t u => log_density (P *m Sigma *m P^T) (t *m P^T) u) theta
        (P^T *m invmx (P *m Sigma *m P^T) *m P) &
      P^T *m invmx (P *m Sigma *m P^T) *m P = shorted (invmx Sigma) V].
Proof.
move=> pS rP VP; have sS : sym Sigma by case: pS.
have uS : Sigma \in unitmx by apply: pd_unit.
have fP : row_free P by rewrite /row_free rP.
pose S := P *m Sigma *m P^T.
have pSP : pd S.
  split=> [|x x0]; first exact: sym_congr.
  by rewrite quad_congr; case: pS => _; apply; rewrite mulmx_free_eq0.
have uSP : S \in unitmx by apply: pd_unit.
pose A := P^T *m invmx S *m P.
have sA : sym A by apply: sym_pull; rewrite /sym trmx_inv; case: pSP => ->.
have sI : sym (invmx Sigma) by rewrite /sym trmx_inv sS.
split.
- by have := fisher_normal 1%:M theta pS; rewrite trmx1 mul1mx mulmx1; apply: fisher_density_ext => t z; rewrite mulmx1.
- exact: fisher_normal.
have pI : psd (invmx Sigma).
  split=> // x; case: pS => _ pS; have -> : quad (invmx Sigma) x = quad Sigma (x *m invmx Sigma).
    by rewrite /quad /form trmx_mul sI mulmxKV // mulmxA.
  by have [->|x0] := eqVneq (x *m invmx Sigma) 0; rewrite ?quad0 // ltW // pS.
have VP0 : V *m P^T = 0 by apply/sub_kermxP; rewrite -[kermx _]/(ker P) VP.
rewrite -/S -/A; apply/row_matrixP => i; rewrite !rowE; move: (delta_mx 0 i) => x.
pose u := x *m P^T *m invmx S.
have [c xE] : exists c, x = c *m V + u *m (P *m Sigma).
  have : (x - u *m (P *m Sigma) <= V)%MS.
    rewrite VP; apply/kerP; rewrite mulmxBl /u -!mulmxA [P *m (Sigma *m _)]mulmxA -/S mulVmx //.
    by rewrite mulmx1 subrr.
  by case/submxP => c e; exists c; rewrite -e subrK.
have xA : x *m A = u *m P by rewrite /A /u !mulmxA.
rewrite xA {1}xE mulmxDl -mulmxA shorted_kernel // mulmx0 add0r.
have PV : P *m V^T = 0 by apply: trmx_inj; rewrite trmx_mul trmxK VP0 trmx0.
rewrite /shorted mulmxBr !mulmxA !(mulmxK uS).
by rewrite -[u *m P *m V^T]mulmxA PV mulmx0 !mul0mx subr0.
Qed.

